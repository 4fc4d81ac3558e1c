"""Proves, over every possible call, that a protocol cannot do what it must not (Z3). The running hub never imports it
to answer a call."""
