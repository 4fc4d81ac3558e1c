"""The training phones: a small telephone network that speaks Twilio's REST API and webhooks.

It stands outside the house: it imports none of the hub's rooms, and the hub knows it only by HTTP.
"""
