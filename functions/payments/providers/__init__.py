"""Providers (支付渠道): how Alipay and WeChat Pay are spoken to, in their own protocols.

`protocol` has what both share, `alipay` and `wechat` speak it purely, `registry` lists the two, and `client`
alone sends anything. `merchants` holds whose account it is. Callbacks and all that ask a provider use it.
"""
