"""Care: old people who live alone are noticed when something is wrong.

关爱：独居老人一有异常，就有人知道。
"""
