"""Does the hub behave as OpenID's conformance suite wants of a provider?"""
