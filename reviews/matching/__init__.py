"""Who reviews what: the exact assignment of a panel's reviewers to the cases of a call.

No conflict ever; quotas and numbers kept; then as few rules of the panel given
up as can be (a reviewer for each keyword, one a country); then the case served
worst served as well as possible, with proof; then the greatest total affinity;
then the least change from what is published; then the most even loads. The same input gives the same
answer, in whatever order it comes. `reviews.matching.match` brings the solver:
only the worker imports it.
"""
