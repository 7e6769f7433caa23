#!/bin/sh
# The incident: five pods more than the node may run.
set -eu

kubectl scale deployment web --replicas=20
until kubectl get events --field-selector reason=FailedScheduling --no-headers 2>/dev/null | grep -q 'Too many pods'; do
  sleep 1
done

echo "Pods are Pending, and no node is chosen for them:"
kubectl get pods --field-selector status.phase=Pending -o wide
pod=$(kubectl get pods --field-selector status.phase=Pending -o jsonpath='{.items[0].metadata.name}')
kubectl describe pod "$pod" | sed -n '/^Events:/,$p'

echo "What the node may run:"
kubectl get nodes -o custom-columns='NAME:.metadata.name,PODS:.status.allocatable.pods,IP:.status.capacity.pods'

echo "The subnet has room, so this is not the 2 AM incident:"
aws ec2 describe-subnets --filters Name=tag:Name,Values=private-a \
  --query 'Subnets[*].{Subnet:SubnetId,Available:AvailableIpAddressCount,CIDR:CidrBlock}' --output table
