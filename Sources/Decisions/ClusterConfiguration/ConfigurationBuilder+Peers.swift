import Addresses
import KubernetesModel

extension ConfigurationBuilder {
    mutating func makePeers(bfd: Outcome<BFDSettings>) -> Outcome<Peer> {
        let last = Dictionary(previous.peers.map { ($0.name, $0) }) { first, _ in first }
        var outcome = Outcome<Peer>(unreadable: unreadable(BGPPeer.kind))
        var sessions: [SessionKey: [Peer]] = [:]
        for object in uniquelyNamed(state.peers) {
            var check = ObjectCheck(ObjectReference(object), state.locations)
            let peer = makePeer(object, bfd: bfd, &check)
            if let peer,
                let other = sessions[SessionKey(peer)]?.first(where: {
                    sharesNode($0.nodeSelectors, peer.nodeSelectors)
                })
            {
                check.error(
                    object.spec?.interface == nil ? "spec.peerAddress" : "spec.interface",
                    "BGPPeer \(other.name) already has a session with this router from the same nodes: "
                        + "remove one of the two, or separate them by nodeSelectors")
            }
            let before = outcome.valid.count
            settle(check, peer, previous: last[object.metadata.name], name: object.metadata.name, into: &outcome)
            if outcome.valid.count > before, let added = outcome.valid.last {
                sessions[SessionKey(added), default: []].append(added)
            }
        }
        return outcome
    }

    /// What tells sessions of one node apart.
    private struct SessionKey: Hashable {
        var endpoint: Peer.Endpoint
        var port: UInt16
        var vrf: String?

        init(_ peer: Peer) {
            endpoint = peer.endpoint
            port = peer.port
            vrf = peer.vrf
        }
    }

    private func makePeer(_ object: BGPPeer, bfd: Outcome<BFDSettings>, _ check: inout ObjectCheck) -> Peer? {
        let spec = object.spec ?? BGPPeerSpec()
        let myASN = asNumber(spec.myASN, "spec.myASN", &check)
        if spec.myASN == nil {
            check.error("spec.myASN", "this field is required: write the AS number of this side")
        }
        let remoteAS = remoteAS(spec, &check)
        let endpoint = endpoint(spec, &check)
        guard let myASN, let remoteAS, let endpoint else {
            // The rest is checked all the same, so that everything is said at once.
            var scratch = Peer(name: "", myASN: 0, remoteAS: .external, endpoint: .unnumbered(interface: ""))
            fill(&scratch, from: object, spec, bfd: bfd, &check)
            return nil
        }
        var peer = Peer(name: object.metadata.name, myASN: myASN, remoteAS: remoteAS, endpoint: endpoint)
        fill(&peer, from: object, spec, bfd: bfd, &check)
        findContradictions(peer, &check)
        return check.hasError ? nil : peer
    }

    private func fill(
        _ peer: inout Peer, from object: BGPPeer, _ spec: BGPPeerSpec, bfd: Outcome<BFDSettings>,
        _ check: inout ObjectCheck
    ) {
        // Zero would be "none" in MetalLB, but the API server refuses it.
        peer.localASN = asNumber(spec.localASN, "spec.localASN", &check)
        peer.port = port(spec.peerPort, isOldVersion: object.apiVersion == "metallb.io/v1beta1", &check)
        peer.sourceAddress = sourceAddress(spec.sourceAddress, &check)
        setTimers(&peer, spec, &check)
        peer.routerID = routerID(spec.routerID, &check)
        peer.nodeSelectors = check.selectors(spec.nodeSelectors, "spec.nodeSelectors")
        peer.password = password(object, spec, &check)
        peer.bfd = bfdSettings(spec.bfdProfile, bfd, &check)
        peer.ebgpMultiHop = spec.ebgpMultiHop ?? false
        peer.enableGracefulRestart = spec.enableGracefulRestart ?? false
        peer.vrf = interfaceName(spec.vrf, "spec.vrf", &check)
        peer.disableMP = spec.disableMP ?? false
        peer.dualStackAddressFamily = spec.dualStackAddressFamily ?? false
        peer.isPassive = spec.passive ?? false
        peer.ttlSecurity = spec.ttlSecurity ?? false
        peer.description = given(spec.descriptionText)
        peer.shutdown = shutdown(spec, &check)
        if peer.disableMP, peer.dualStackAddressFamily {
            check.warning(
                "spec.disableMP",
                "this contradicts spec.dualStackAddressFamily, which takes precedence: remove spec.disableMP, a session carries "
                    + "one family without it too")
        }
    }

    /// Texts that are empty mean the same as those left out, as in MetalLB.
    private func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    // MARK: - Numbers

    private func asNumber(_ value: Int?, _ field: String, _ check: inout ObjectCheck) -> UInt32? {
        // RFC 6793: AS numbers have 32 bits; RFC 7607: 0 is none.
        guard let number = check.number(value, field, in: 1...Int(UInt32.max)) else { return nil }
        // RFC 6793 §9: 23456 stands for numbers that a router does not understand; RFC 7300: the last are reserved.
        if [23456, 65535, Int(UInt32.max)].contains(number) {
            check.warning(
                field, "AS \(number) is reserved, routers may reject it: write the real AS number")
        }
        return UInt32(number)
    }

    private func remoteAS(_ spec: BGPPeerSpec, _ check: inout ObjectCheck) -> Peer.RemoteAS? {
        let mode = given(spec.dynamicASN)
        // As in MetalLB, an AS number of zero is one that was left out.
        let number = spec.peerASN == 0 ? nil : spec.peerASN
        switch (number, mode) {
        case (nil, nil):
            check.error(
                "spec.peerASN",
                "this field is required: write the AS number of the router, or spec.dynamicASN internal or external"
            )
        case (.some, .some):
            check.error("spec.dynamicASN", "this conflicts with spec.peerASN: remove one of the two")
        case (.some(let number), nil): return asNumber(number, "spec.peerASN", &check).map { .number($0) }
        case (nil, "internal"): return .internal
        case (nil, "external"): return .external
        case (nil, .some(let mode)):
            check.error("spec.dynamicASN", "\"\(mode)\" is not known: write internal or external")
        }
        return nil
    }

    private func port(_ value: Int?, isOldVersion: Bool, _ check: inout ObjectCheck) -> UInt16 {
        // The old version allows a zero for the default.
        if isOldVersion, value == 0 { return 179 }
        return check.number(value, "spec.peerPort", in: 1...65535).map { UInt16($0) } ?? 179
    }

    // MARK: - Addresses

    private func endpoint(_ spec: BGPPeerSpec, _ check: inout ObjectCheck) -> Peer.Endpoint? {
        switch (given(spec.peerAddress), given(spec.interface)) {
        case (nil, nil):
            check.error(
                "spec.peerAddress",
                "this field is required: write the address of the router, or spec.interface for an unnumbered session")
        case (.some, .some):
            check.error("spec.interface", "this conflicts with spec.peerAddress: remove one of the two")
        case (nil, .some(let interface)):
            return interfaceName(interface, "spec.interface", &check).map { .unnumbered(interface: $0) }
        case (.some(let text), nil): return peerAddress(text, &check)
        }
        return nil
    }

    private func peerAddress(_ text: String, _ check: inout ObjectCheck) -> Peer.Endpoint? {
        let field = "spec.peerAddress"
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = address(String(parts[0]), field, &check) else { return nil }
        guard parts.count == 2 else {
            if address.v6?.isLinkLocal == true {
                check.warning(
                    field,
                    "\(address) is link-local and needs the interface it is on: write \(address)%eth0, for example")
            } else if address.isUnspecified || address.isMulticast {
                check.warning(field, "\(address) is not a router's address: write the router's own address")
            }
            return .address(address, zone: nil)
        }
        let zone = String(parts[1])
        guard address.v6?.isLinkLocal == true else {
            check.error(field, "only a link-local address has a zone: write \(address)")
            return nil
        }
        if let problem = InterfaceName.problem(zone) {
            check.error(
                field, "the zone \"\(zone)\" \(problem): write the name of the interface, for example \(address)%eth0")
            return nil
        }
        return .address(address, zone: zone)
    }

    /// An address; IPv4-mapped ones are IPv4 (RFC 4291 §2.5.5.2).
    private func address(_ text: String, _ field: String, _ check: inout ObjectCheck) -> IPAddress? {
        do throws(AddressParseError) {
            return try IPAddress(text).unmapped
        } catch {
            check.error(field, "\(error): write an IPv4 or IPv6 address without a prefix length")
            return nil
        }
    }

    private func sourceAddress(_ text: String?, _ check: inout ObjectCheck) -> IPAddress? {
        given(text).flatMap { address($0, "spec.sourceAddress", &check) }
    }

    private func routerID(_ text: String?, _ check: inout ObjectCheck) -> IPv4Address? {
        guard let text = given(text), let address = address(text, "spec.routerID", &check) else { return nil }
        // RFC 6286 §2.1: any 32 bits but zero, written like an IPv4 address.
        guard let id = address.v4, !address.isUnspecified else {
            check.error(
                "spec.routerID", "\(address) is not a router ID: write it like an IPv4 address other than 0.0.0.0")
            return nil
        }
        return id
    }

    private func interfaceName(_ text: String?, _ field: String, _ check: inout ObjectCheck) -> String? {
        guard let name = given(text) else { return nil }
        guard let problem = InterfaceName.problem(name) else { return name }
        check.error(field, "\"\(name)\" \(problem): write the name of an interface, at most 15 characters")
        return nil
    }

    // MARK: - Timers

    private func setTimers(_ peer: inout Peer, _ spec: BGPPeerSpec, _ check: inout ObjectCheck) {
        let hold = check.duration(spec.holdTime, "spec.holdTime")
        let keepalive = check.duration(spec.keepaliveTime, "spec.keepaliveTime")
        let isZeroKeepalive = keepalive == .zero
        // As in MetalLB, each follows from the other where only one is given.
        let chosen = hold ?? (keepalive.flatMap { $0 == .zero ? nil : $0 }).map { $0 * 3 } ?? .seconds(90)
        let field = spec.holdTime == nil ? "spec.keepaliveTime" : "spec.holdTime"
        // RFC 4271 §4.2: the hold time is in whole seconds, zero or at least three, in two octets.
        let seconds = chosen.components.seconds
        if seconds == 1 || seconds == 2 {
            check.error(
                field, "a hold time of \(seconds) s is too short for BGP: write 0s, or 3s or more (keepalives: 1s)")
        } else if seconds > 65535 {
            check.error(field, "a hold time of \(seconds) s is too long for BGP: write 65535s or less")
        } else {
            if chosen.components.attoseconds != 0 {
                check.warning(field, "a hold time has whole seconds: \(seconds)s is used, write that")
            }
            peer.holdTime = .seconds(seconds)
        }
        if seconds == 0, given(spec.bfdProfile) == nil {
            // RFC 4271 §4.4: with a hold time of zero, no KEEPALIVE messages are sent.
            check.warning(
                field,
                "a hold time of 0s disables keepalives, so only TCP detects a dead router, after 90 s: "
                    + "remove the field for 90s, or set spec.bfdProfile")
        }
        if let keepalive, let hold, keepalive > hold {
            check.error("spec.keepaliveTime", "this is longer than spec.holdTime: write a third of it or less")
        }
        // A keepalive time of zero with a hold time would end the session; then the usual third is meant.
        peer.keepaliveTime = keepalive.flatMap { isZeroKeepalive ? nil : $0 } ?? peer.holdTime / 3
        guard let connect = check.duration(spec.connectTime, "spec.connectTime") else { return }
        if connect.components.attoseconds != 0 || !(1...65535).contains(connect.components.seconds) {
            check.error("spec.connectTime", "this must be 1 to 65535 whole seconds: write 10s, for example")
        }
        peer.connectTime = connect
    }

    // MARK: - Administratively down

    private func shutdown(_ spec: BGPPeerSpec, _ check: inout ObjectCheck) -> Peer.Shutdown? {
        let message = given(spec.shutdownMessage)
        if let message, message.utf8.count > Peer.Shutdown.maximumLength {
            check.error(
                "spec.shutdownMessage",
                "the message has \(message.utf8.count) octets, BGP allows \(Peer.Shutdown.maximumLength): shorten it")
        }
        if message != nil, spec.shutdown == nil {
            check.warning(
                "spec.shutdownMessage", "this is sent only when spec.shutdown is true: set that, or remove this")
        }
        return spec.shutdown == true ? Peer.Shutdown(message: message) : nil
    }

    // MARK: - References

    private func bfdSettings(
        _ profile: String?, _ bfd: Outcome<BFDSettings>, _ check: inout ObjectCheck
    ) -> BFDSettings? {
        guard let profile = given(profile) else { return nil }
        if let settings = bfd.valid.first(where: { $0.profile == profile }) { return settings }
        let remedy =
            bfd.invalidNames.contains(profile)
            ? "is invalid: fix it" : "does not exist yet: add it, or remove spec.bfdProfile"
        check.error("spec.bfdProfile", "the BFDProfile \"\(profile)\" \(remedy)")
        return nil
    }

    private func password(_ object: BGPPeer, _ spec: BGPPeerSpec, _ check: inout ObjectCheck) -> Password? {
        let plain = given(spec.password)
        let secret = given(spec.passwordSecret?.name)
        if plain != nil, secret != nil {
            check.error("spec.passwordSecret", "this conflicts with spec.password: remove one of the two")
            return nil
        }
        let field = plain == nil ? "spec.passwordSecret" : "spec.password"
        let namespace = given(spec.passwordSecret?.namespace) ?? object.metadata.namespace
        guard
            let password = plain.map({ Password($0) })
                ?? secret.flatMap({ secretPassword($0, namespace: namespace, field: "spec.passwordSecret", &check) })
        else { return nil }
        guard password.octets.count <= Password.maximumLength else {
            check.error(
                field,
                "the password has \(password.octets.count) octets, TCP-MD5 allows \(Password.maximumLength): "
                    + "use a shorter one"
            )
            return nil
        }
        guard !password.octets.isEmpty else {
            check.warning(
                field, "the password is empty, so the session is not protected: store a password in the Secret")
            return nil
        }
        return password
    }

    // MARK: - What does not go together

    private func findContradictions(_ peer: Peer, _ check: inout ObjectCheck) {
        if peer.ttlSecurity, peer.ebgpMultiHop {
            // RFC 5082 §3: 255 is what has passed no router.
            check.error(
                "spec.ttlSecurity", "this is for routers on the same link, but spec.ebgpMultiHop is set: remove one")
        }
        if peer.ebgpMultiHop {
            if peer.remoteAS == .number(peer.myASN) {
                check.error(
                    "spec.ebgpMultiHop", "this is for routers of another AS, but spec.peerASN is spec.myASN: remove it")
            } else if peer.remoteAS == .internal {
                check.warning("spec.ebgpMultiHop", "this has no effect for a router of the same AS: remove it")
            }
        }
        if peer.isPassive, peer.port != 179 {
            check.warning(
                "spec.peerPort", "a passive session connects to no port of the router's: remove it, or spec.passive")
        }
        if let source = peer.sourceAddress, case .address(let address, _) = peer.endpoint,
            source.family != address.family
        {
            check.warning(
                "spec.sourceAddress",
                "\(source) is \(source.family), but the router's address is not: write an \(address.family) address"
            )
        }
    }
}
