// NodeCost
