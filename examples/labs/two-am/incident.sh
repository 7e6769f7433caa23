#!/bin/sh
# The incident: the load of the day comes, the autoscaler adds nodes, and the last pods get no address.
set -eu
cd "$(dirname "$0")"

kubectl apply -f web.yaml
kubectl rollout status deployment web --timeout=120s

# The rush: twelve nodes' worth of pods.
kubectl scale deployment web --replicas=120

# Pods are placed on nodes, and there they hang.
until kubectl get events --field-selector reason=FailedCreatePodSandBox --no-headers 2>/dev/null | grep -q 'failed to assign an IP address'; do
  sleep 2
done
echo "Pods are stuck in ContainerCreating:"
kubectl get pods --field-selector status.phase=Pending

echo "Why, in the events of one of them:"
pod=$(kubectl get events --field-selector reason=FailedCreatePodSandBox -o jsonpath='{.items[0].involvedObject.name}')
kubectl describe pod "$pod" | sed -n '/^Events:/,$p'

echo "The subnet:"
aws ec2 describe-subnets --filters Name=tag:Name,Values=private-a \
  --query 'Subnets[*].{Subnet:SubnetId,Available:AvailableIpAddressCount,CIDR:CidrBlock}' --output table
