"""Insight: what is going on, from what other services tell; it decides nothing and knows nobody.

一屏：根据其他服务的通知，显示眼下有哪些事；不做决定，也不认识任何人。
"""
