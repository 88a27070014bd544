"""Repairs, complaints and enquiries: from the report to the rating (报修, 未诉先办, 12345).

维修：报修、投诉、咨询，从上报到评价（未诉先办、12345）。
"""
