"""Referrals by the Booking and Referral Standard (BaRS): taken in, read as far as they can be read, and answered."""
