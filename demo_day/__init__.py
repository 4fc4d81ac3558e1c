"""A day at a hub with nobody in it: simulated callers, handlers, coordinators and responders, who use the same pages'
requests and the same texts as people would. Knows the house from outside; nobody in the house knows it."""
