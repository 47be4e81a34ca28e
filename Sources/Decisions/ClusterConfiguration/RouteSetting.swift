/// What a route can have one of only, so that advertisements that share a route must agree on it.
package enum RouteSetting: Hashable, Sendable, CaseIterable, Comparable {
    case localPreference
    case multiExitDiscriminator
    case prepending
    case linkBandwidth

    /// The field of BGPAdvertisement.
    package var field: String {
        switch self {
        case .localPreference: "spec.localPref"
        case .multiExitDiscriminator: "spec.med"
        case .prepending: "spec.asPathPrepend"
        case .linkBandwidth: "spec.linkBandwidth"
        }
    }

    /// For a sentence.
    var name: String {
        switch self {
        case .localPreference: "local preference"
        case .multiExitDiscriminator: "MED"
        case .prepending: "AS-path prepending"
        case .linkBandwidth: "link bandwidth"
        }
    }

    /// What an advertisement says; `nil`: nothing.
    package func value(in advertisement: BGPRouteAdvertisement) -> UInt32? {
        switch self {
        case .localPreference: advertisement.localPreference
        case .multiExitDiscriminator: advertisement.multiExitDiscriminator
        case .prepending: advertisement.prepending == 0 ? nil : UInt32(advertisement.prepending)
        case .linkBandwidth: advertisement.weighsEndpoints ? 1 : nil
        }
    }

    /// The value as it is written, or `absent`.
    package func text(in advertisement: BGPRouteAdvertisement, absent: String) -> String {
        guard let value = value(in: advertisement) else { return absent }
        return self == .linkBandwidth ? "PerEndpoint" : String(value)
    }

    /// What two advertisements do not agree on. To say nothing differs from saying something.
    package static func differences(
        _ a: BGPRouteAdvertisement, _ b: BGPRouteAdvertisement
    ) -> [RouteSetting] { allCases.filter { $0.value(in: a) != $0.value(in: b) } }
}
