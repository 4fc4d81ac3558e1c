"""Referrals out by the Booking and Referral Standard: another service is asked, told of changes, and heard."""
