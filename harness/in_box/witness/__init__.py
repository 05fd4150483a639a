"""The witness: what watches the tests from within their own Python, and writes it down.

In a box these modules are a private package, which `start` makes; see there. Each runs on Python
3.5 or later, and none may raise into, print into or slow down what it watches.
"""
