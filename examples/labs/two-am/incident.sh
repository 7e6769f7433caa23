#!/bin/sh
# The incident: the load of the day grows, the autoscaler adds nodes, and the last pods get no address.
set -eu
cd "$(dirname "$0")"

kubectl apply -f web.yaml
kubectl rollout status deployment web --timeout=120s

# The load grows: each step is one more node. All is well, and the subnet empties: thirty addresses for ten pods.
for replicas in 20 30 40 50 60 70 80; do
  kubectl scale deployment web --replicas="$replicas"
  kubectl rollout status deployment web --timeout=120s
done

# The rush: four nodes more.
kubectl scale deployment web --replicas=120

# Pods are placed on nodes, and there they hang.
until kubectl get events --field-selector reason=FailedCreatePodSandBox --no-headers 2>/dev/null | grep -q 'too few free addresses'; do
  sleep 2
done
echo "Pods are stuck in ContainerCreating:"
kubectl get pods --field-selector status.phase=Pending

echo "Why, in the events of one of them:"
pod=$(kubectl get events --field-selector reason=FailedCreatePodSandBox --sort-by=.lastTimestamp \
  -o jsonpath='{.items[-1:].involvedObject.name}')
kubectl describe pod "$pod" | sed -n '/^Events:/,$p'

echo "The subnet:"
aws ec2 describe-subnets --filters Name=tag:Name,Values=private-a \
  --query 'Subnets[*].{Subnet:SubnetId,Available:AvailableIpAddressCount,CIDR:CidrBlock}' --output table
