"""Who is who: companies, communities, buildings, people and their roles; one token opens all of it.

名录：公司、小区、楼栋、人员和角色；一个令牌通行所有服务。
"""
