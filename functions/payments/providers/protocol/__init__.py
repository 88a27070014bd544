"""Protocol: what Alipay's messages and WeChat Pay's have in common, so that nobody else asks which it is.

`notices` is what a provider says in words of our own; `models` what is sent and answered; the rest how both
sign, write money and lay out their files.
"""
