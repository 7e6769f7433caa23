#!/bin/sh
# The incident: somebody's interfaces spoil every free block, one address each. Then the pods grow.
set -eu

subnet=$(aws ec2 describe-subnets --filters Name=tag:Name,Values=private-a --query 'Subnets[0].SubnetId' --output text)
block=0
while [ $block -lt 256 ]; do
  # An address that is in a prefix of a node already is refused; that block is not free anyway.
  aws ec2 create-network-interface --subnet-id "$subnet" --private-ip-address "10.0.1.$((block + 7))" \
    --description 'ELB net/checkout' --query NetworkInterface.PrivateIpAddress --output text 2>/dev/null || true
  block=$((block + 16))
done

kubectl scale deployment web --replicas=60
until kubectl get events --field-selector reason=FailedCreatePodSandBox --no-headers 2>/dev/null | grep -q 'no free aligned /28 block'; do
  sleep 2
done

echo "Pods are stuck in ContainerCreating:"
kubectl get pods --field-selector status.phase=Pending
pod=$(kubectl get events --field-selector reason=FailedCreatePodSandBox --sort-by=.lastTimestamp \
  -o jsonpath='{.items[-1:].involvedObject.name}')
kubectl describe pod "$pod" | sed -n '/^Events:/,$p'

echo "And yet the subnet has addresses:"
aws ec2 describe-subnets --subnet-ids "$subnet" \
  --query 'Subnets[*].{Subnet:SubnetId,Available:AvailableIpAddressCount,CIDR:CidrBlock}' --output table
