"""The hub's door for referrals by the Booking and Referral Standard."""
