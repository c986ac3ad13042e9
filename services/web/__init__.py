"""The edge: pages, feeds, JSON API, STAC API and live updates, on one origin.

Owns nothing durable. Asks accounts, repositories, storage and indexer on the bus, and Kratos who a
cookie belongs to; hears their events to tell open pages. Answers nothing on the bus.
"""
