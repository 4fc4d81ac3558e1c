"""What happens by itself: effects, deadlines, the watchdog. The only room that talks to the outside."""
