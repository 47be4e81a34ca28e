/// Why a node does not announce: a word that scripts can rely on.
package struct NotAnnouncedReason: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package var description: String { rawValue }

    /// No advertisement that matches selects the node.
    package static let notSelected = NotAnnouncedReason(rawValue: "NotSelected")
    /// Another node announces the address.
    package static let notElected = NotAnnouncedReason(rawValue: "NotElected")
    /// `externalTrafficPolicy: Local`, and no usable endpoint on the node.
    package static let noLocalEndpoint = NotAnnouncedReason(rawValue: "NoLocalEndpoint")
    /// No usable endpoint anywhere.
    package static let noEndpoint = NotAnnouncedReason(rawValue: "NoEndpoint")
    /// The node is labeled `node.kubernetes.io/exclude-from-external-load-balancers`.
    package static let excluded = NotAnnouncedReason(rawValue: "Excluded")
    /// The node's condition `NetworkUnavailable` is True.
    package static let networkUnavailable = NotAnnouncedReason(rawValue: "NetworkUnavailable")
    /// The node has none of the interfaces.
    package static let interfaceMissing = NotAnnouncedReason(rawValue: "InterfaceMissing")
    /// No advertisement is about the address.
    package static let noAdvertisement = NotAnnouncedReason(rawValue: "NoAdvertisement")
    /// The node is not reachable on the segment.
    package static let notHeard = NotAnnouncedReason(rawValue: "NotHeard")
    /// A stranger answers for the address.
    package static let conflict = NotAnnouncedReason(rawValue: "Conflict")
    /// The node is being drained.
    package static let draining = NotAnnouncedReason(rawValue: "Draining")
    /// The peer is not for this node, or not for this family.
    package static let peerNotSelected = NotAnnouncedReason(rawValue: "PeerNotSelected")
    /// The Service shares its address, and only advertisements with `serviceSelectors` match it.
    package static let sharingRefused = NotAnnouncedReason(rawValue: "SharingRefused")
}
