"""Beside which OpenID Providers does the hub stand?"""
