/// When a node that the election prefers takes an address from one that is alive and holds it
/// (`spec.preemption` of an L2Advertisement).
///
/// Either way, an owner that is not Ready or is cordoned gives its addresses to those that are not.
package enum Layer2Preemption: String, Hashable, Sendable, CaseIterable {
    /// It does not: owners stay, also when a node of more weight comes, or comes back.
    case never = "Never"
    /// Always: who owns an address depends on who is there, not on who was there first.
    case always = "Always"
}
