"""Insight: what is going on, on a board and pushed to other systems, from what other services tell.

一屏：根据其他服务的通知，显示眼下有哪些事，并推送给其他系统。
"""
