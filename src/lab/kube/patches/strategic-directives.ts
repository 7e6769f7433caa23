/** Inside a map or a list item: `replace`, `delete` or `merge`. */
export const PATCH = "$patch";

/** Inside a map: the only fields that it keeps. */
export const RETAIN_KEYS = "$retainKeys";

/** Before the name of a list: the final order of its items. */
export const SET_ORDER = "$setElementOrder/";

/** Before the name of a list of plain values: those that go. */
export const DELETE_FROM_LIST = "$deleteFromPrimitiveList/";

/** All that a patch says of one list. */
export interface ListPatch {
  readonly items: readonly unknown[] | undefined;
  readonly order: readonly unknown[] | undefined;
  readonly deleted: readonly unknown[];
}
