package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

type priceKey struct {
	instanceType, region string
	spot                 bool
}

// loadPrices reads the table that inputs/generate.py writes.
func loadPrices(path string) (map[priceKey]float64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for index, name := range rows[0] {
		column[name] = index
	}
	prices := map[priceKey]float64{}
	for _, row := range rows[1:] {
		price, err := strconv.ParseFloat(row[column["usd_per_hour"]], 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		key := priceKey{row[column["instance_type"]], row[column["region"]], row[column["capacity_type"]] == "spot"}
		prices[key] = price
	}
	return prices, nil
}

// costPerVCPU is the node's price, USD an hour, divided by its allocatable vCPUs; 0 where it is not known.
func (e *extender) costPerVCPU(node *Node) float64 {
	milli := node.Status.Allocatable["cpu"].milli
	if milli <= 0 {
		return 0
	}
	price := 0.0
	if text, annotated := node.Annotations[hourlyCostAnnotation]; annotated {
		price, _ = strconv.ParseFloat(text, 64)
	}
	if price <= 0 {
		price = e.prices[priceKey{
			node.Labels["node.kubernetes.io/instance-type"], node.Labels["topology.kubernetes.io/region"],
			node.Labels["karpenter.sh/capacity-type"] == "spot",
		}]
	}
	return price * 1000 / float64(milli)
}

// loadNodes fills the cache from the first nodes of a file of one Node a line; it stands in for an informer.
func (e *extender) loadNodes(path string, limit int) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	decoder := json.NewDecoder(bufio.NewReaderSize(file, 1<<20))
	for len(e.nodes) < limit {
		var node Node
		if err := decoder.Decode(&node); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		e.nodes[node.Name] = cachedNode{node.Labels[checkpointLabel] == "true", e.costPerVCPU(&node)}
	}
	return nil
}
