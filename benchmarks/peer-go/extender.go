package main

import (
	"math"
)

// ExtenderArgs, ExtenderFilterResult and HostPriority are those of k8s.io/kube-scheduler/extender/v1, which has no
// JSON tags.

type ExtenderArgs struct {
	Pod       *Pod
	Nodes     *NodeList
	NodeNames *[]string
}

type ExtenderFilterResult struct {
	Nodes                      *NodeList
	NodeNames                  *[]string
	FailedNodes                map[string]string
	FailedAndUnresolvableNodes map[string]string
	Error                      string
}

type HostPriority struct {
	Host  string
	Score int64
}

const (
	checkpointLabel      = "dakr.devzero.io/checkpoint-node"
	migrationKey         = "dakr.devzero.io/live-migration"
	hourlyCostAnnotation = "dakr.devzero.io/hourly-cost"
	notCapable           = "node is not labelled dakr.devzero.io/checkpoint-node=true, which live-migratable pods need"
	unknownNode          = "node is not in the extender's cache"
)

// cachedNode is what names mode needs of a node, computed once when the node was loaded.
type cachedNode struct {
	labelled    bool
	costPerVCPU float64
}

// extender holds the price table and the node cache; both are written before the server starts and only read then.
type extender struct {
	prices map[priceKey]float64
	nodes  map[string]cachedNode
}

func isMigratable(pod *Pod) bool {
	switch pod.Labels[migrationKey] {
	case "true":
		return true
	case "false":
		return false
	}
	switch pod.Annotations[migrationKey] {
	case "true":
		return true
	case "false":
		return false
	}
	return pod.Spec.RuntimeClassName != nil && *pod.Spec.RuntimeClassName == "checkpoint"
}

// filter keeps live-migratable pods on checkpoint-labelled nodes.
func (e *extender) filter(args *ExtenderArgs) *ExtenderFilterResult {
	result := &ExtenderFilterResult{}
	migratable := isMigratable(args.Pod)
	if args.NodeNames != nil {
		if !migratable {
			result.NodeNames = args.NodeNames
			return result
		}
		// The names that stay are moved to the front of the request's own slice.
		kept := (*args.NodeNames)[:0]
		for _, name := range *args.NodeNames {
			if node, known := e.nodes[name]; !known {
				result.fail(name, unknownNode)
			} else if node.labelled {
				kept = append(kept, name)
			} else {
				result.fail(name, notCapable)
			}
		}
		result.NodeNames = &kept
		return result
	}
	if args.Nodes == nil {
		return result
	}
	result.Nodes = args.Nodes
	if migratable {
		kept := args.Nodes.Items[:0]
		for index := range args.Nodes.Items {
			node := &args.Nodes.Items[index]
			if node.Labels[checkpointLabel] == "true" {
				kept = append(kept, *node)
			} else {
				result.fail(node.Name, notCapable)
			}
		}
		args.Nodes.Items = kept
	}
	return result
}

func (r *ExtenderFilterResult) fail(name, reason string) {
	if r.FailedNodes == nil {
		r.FailedNodes = map[string]string{}
		r.FailedAndUnresolvableNodes = map[string]string{}
	}
	r.FailedNodes[name] = reason
	r.FailedAndUnresolvableNodes[name] = reason
}

// prioritize gives each node round(10 x cheapest / its cost), cost being the price of an allocatable vCPU hour.
func (e *extender) prioritize(args *ExtenderArgs) []HostPriority {
	var costs []float64
	var result []HostPriority
	switch {
	case args.NodeNames != nil:
		costs = make([]float64, len(*args.NodeNames))
		result = make([]HostPriority, len(*args.NodeNames))
		for index, name := range *args.NodeNames {
			result[index].Host = name
			costs[index] = e.nodes[name].costPerVCPU
		}
	case args.Nodes != nil:
		costs = make([]float64, len(args.Nodes.Items))
		result = make([]HostPriority, len(args.Nodes.Items))
		for index := range args.Nodes.Items {
			node := &args.Nodes.Items[index]
			result[index].Host = node.Name
			costs[index] = e.costPerVCPU(node)
		}
	}
	cheapest := math.Inf(1)
	for _, cost := range costs {
		if cost > 0 && cost < cheapest {
			cheapest = cost
		}
	}
	for index, cost := range costs {
		if cost > 0 {
			result[index].Score = int64(math.Round(10 * cheapest / cost))
		}
	}
	return result
}
