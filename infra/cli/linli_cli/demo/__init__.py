"""The demo neighbourhood, from `up` to a paid bill: `up`, `down`, `reset`, `seed`, `merchant`, `pay`."""
