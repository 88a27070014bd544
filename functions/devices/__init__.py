"""Which devices there are, whose they are, with which certificate they may connect, whether they live.

设备：有哪些设备，归谁，凭哪张证书接入，是否在线。
"""
