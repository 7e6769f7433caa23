import type { SecurityGroupId, SecurityGroupRuleId } from "../facts/index.ts";
import { type Outcome, todo } from "./failure.ts";
import type {
  ChangePermissions,
  CreateSecurityGroup,
  SecurityGroup,
  SecurityGroupRule,
} from "./security-group.ts";
import type { State } from "./state.ts";

/** The operations on security groups. */
export class SecurityGroups {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateSecurityGroup: allows everything out and nothing in.
   * Failures: `InvalidVpcID.NotFound`, `InvalidGroup.Duplicate`, `InvalidParameterValue` (name begins with `sg-`).
   */
  create(_request: CreateSecurityGroup): Outcome<SecurityGroup> {
    return todo();
  }

  /** DeleteSecurityGroup. Failures: `InvalidGroup.NotFound`, `CannotDelete` (default), `DependencyViolation`. */
  delete(_id: SecurityGroupId): Outcome<undefined> {
    return todo();
  }

  /**
   * AuthorizeSecurityGroupIngress or …Egress. Returns the new rules. All or nothing.
   * Failures: `InvalidGroup.NotFound` (also of a peer), `InvalidPermission.Duplicate`,
   * `RulesPerSecurityGroupLimitExceeded`.
   */
  authorize(_request: ChangePermissions): Outcome<readonly SecurityGroupRule[]> {
    return todo();
  }

  /** RevokeSecurityGroupIngress or …Egress by content. Failures: `InvalidGroup.NotFound`, `InvalidPermission.NotFound`. */
  revoke(_request: ChangePermissions): Outcome<readonly SecurityGroupRule[]> {
    return todo();
  }

  /** The same by rule ids. Failures: `InvalidGroup.NotFound`, `InvalidSecurityGroupRuleId.NotFound`. */
  revokeRules(
    _id: SecurityGroupId,
    _ruleIds: readonly SecurityGroupRuleId[],
  ): Outcome<readonly SecurityGroupRule[]> {
    return todo();
  }
}
