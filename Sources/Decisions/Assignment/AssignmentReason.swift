/// Why a Service has no address, or not the one that it asked for: a word that scripts can rely on.
package struct AssignmentReason: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package var description: String { rawValue }

    /// There is no pool at all, or none that gives addresses unasked.
    package static let noPools = AssignmentReason(rawValue: "NoPools")
    /// Every pool that may serve the Service is full.
    package static let poolExhausted = AssignmentReason(rawValue: "PoolExhausted")
    /// The pool that the Service asks for does not exist.
    package static let poolNotFound = AssignmentReason(rawValue: "PoolNotFound")
    /// The pools are pinned to other Services or namespaces.
    package static let poolNotAllowed = AssignmentReason(rawValue: "PoolNotAllowed")
    /// No pool holds the address that the Service asks for.
    package static let addressNotInPool = AssignmentReason(rawValue: "AddressNotInPool")
    /// Another Service has the address that this one asks for, and neither offers to share it.
    package static let addressInUse = AssignmentReason(rawValue: "AddressInUse")
    /// The address is offered for sharing, but not to this Service.
    package static let sharingRefused = AssignmentReason(rawValue: "SharingRefused")
    /// No pool has addresses of the families that the Service needs.
    package static let familyMismatch = AssignmentReason(rawValue: "FamilyMismatch")
    /// The request contradicts itself or cannot be read.
    package static let requestInvalid = AssignmentReason(rawValue: "RequestInvalid")
    /// The Service's namespace holds as many addresses of the pool as it may.
    package static let quotaExceeded = AssignmentReason(rawValue: "QuotaExceeded")
    /// A node or a gateway has the address that the Service asks for.
    package static let addressReserved = AssignmentReason(rawValue: "AddressReserved")
    /// The pool that the Service asks for, or each that could serve it, is disabled.
    package static let poolDisabled = AssignmentReason(rawValue: "PoolDisabled")
    /// What is free was released too recently.
    package static let reuseAfter = AssignmentReason(rawValue: "ReuseAfter")
}
