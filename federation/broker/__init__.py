"""What must the broker hold, so that each district can say its own words there and read what is meant for it alone?"""
