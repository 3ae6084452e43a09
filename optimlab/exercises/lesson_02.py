"""Exercises of lesson 02: gradient descent and the learning rate."""
