"""Repairs, complaints and enquiries: from the report to the rating (报修, 未诉先办, 12345)."""
