import Addresses
import Announcement
import Assignment
import BGP
import ClusterConfiguration
import KubernetesModel
import Presentation
import Timing

/// A small cluster in which every screen has something to show.
enum Samples {
    static let now = time("2026-01-08T12:00:00Z")

    static func time(_ text: String) -> Timestamp { Timestamp(text) ?? Timestamp(seconds: 0) }

    static func layout(_ width: Int?, wide: Bool = false, style: Style = .plain) -> Layout {
        Layout(width: width, isWide: wide, style: style, now: now)
    }

    static let web = NamespacedName(namespace: "default", name: "web")
    static let api = NamespacedName(namespace: "default", name: "api")
    static let address = IPAddress.v4(IPv4Address(192, 0, 2, 10))

    /// The example of the contract, from the decisions' own values.
    static let contractPlan = PlanDocument(
        assignments: [
            ServiceAssignment(service: web, addresses: [.init(address: address, pool: "lan")]),
            ServiceAssignment(service: api, addresses: [], reason: .poolExhausted, message: "…"),
        ],
        layer2: [Layer2Announcement(service: web, address: address, node: "n1", interfaces: .all)],
        bgp: [
            BGPAnnouncement(
                service: web, address: address, node: "n1", peer: "tor-a", prefix: IPPrefix(host: address),
                attributes: RouteAttributes(localPreference: 100, communities: [Community(64512, 7)]))
        ],
        silent: [
            NotAnnounced(
                service: web, address: address, protocol: .layer2, node: "n2", reason: .notElected, message: "…")
        ],
        problems: [
            Problem(
                .error,
                ObjectReference(
                    kind: "IPAddressPool", name: NamespacedName(namespace: "martlet-system", name: "lan")),
                field: "spec.addresses[0]", "…")
        ])

    static let problems = ProblemsDocument([
        ProblemEntry(
            severity: "error", object: "IPAddressPool/martlet-system/lan", field: "spec.addresses[0]",
            message: "192.0.2.10 is a bare address. Write 192.0.2.10/32 to mean this address alone.",
            file: "manifests/pools.yaml", line: 12),
        ProblemEntry(
            severity: "warning", object: "BGPAdvertisement/martlet-system/default", field: "spec.peers[1]",
            message: "No BGPPeer is named `tor-c`. The nearest is `tor-a`.", file: "manifests/bgp.yaml", line: 31),
        ProblemEntry(
            severity: "error", object: nil, field: nil, message: "A mapping is not closed.", file: "-", line: 4),
        ProblemEntry(
            severity: "note", object: "Deployment/default/web", field: nil, message: "Kind not read by Martlet."),
    ])

    static let plan = PlanDocument(
        assignments: [
            AssignmentEntry(
                service: "default/web", ips: ["192.0.2.10", "2001:db8:1::10"], pool: "lan", state: "assigned",
                reason: nil, message: nil),
            AssignmentEntry(
                service: "default/api", ips: [], pool: nil, state: "pending", reason: "PoolExhausted",
                message: "Pool lan has none of its 6 addresses left; 4 other pools are for other namespaces."),
            AssignmentEntry(
                service: "kube-system/registry", ips: ["198.51.100.7"], pool: "public", state: "assigned",
                reason: nil, message: nil),
        ],
        announcements: [
            AnnouncementEntry(layer2: "default/web", ip: "192.0.2.10", node: "node-1", interfaces: nil),
            AnnouncementEntry(layer2: "default/web", ip: "2001:db8:1::10", node: "node-2", interfaces: ["eth0"]),
        ]
            + ["node-1", "node-2", "node-3"].map {
                AnnouncementEntry(
                    bgp: "kube-system/registry", ip: "198.51.100.7", node: $0, peer: "tor-a",
                    prefix: "198.51.100.0/24", localPreference: 100, communities: ["64512:7", "65535:65281"])
            },
        silent: ["node-2", "node-3"].map {
            NotAnnouncedEntry(
                service: "default/web", ip: "192.0.2.10", protocol: "layer2", node: $0, reason: "NotElected",
                message: "node-1 announces the address.")
        } + [
            NotAnnouncedEntry(
                service: "kube-system/registry", ip: "198.51.100.7", protocol: "bgp", node: "node-1",
                reason: "PeerNotSelected", message: "The session with tor-b is over IPv6 alone.", peer: "tor-b")
        ],
        problems: problems.problems)

    static var status: ClusterStatus { ClusterStatus([speaker2, speaker1, controller], events: events) }

    private static let events: [EventEntry] = {
        var controller = EventHistory(capacity: 10)
        controller.append(
            EventEntry(
                .assigned, at: time("2026-01-01T00:00:05.000250Z"), node: nil, services: ["default/web"],
                ip: "192.0.2.10", "192.0.2.10 from the pool lan."))
        var speaker = EventHistory(capacity: 10)
        speaker.append(
            EventEntry(
                .claimed, at: time("2026-01-01T00:00:05.001250Z"), node: "n1", services: ["default/web"],
                ip: "192.0.2.10", interface: "eth0", "n1 answers for 192.0.2.10 on eth0."))
        speaker.append(
            EventEntry(
                .nodeLost, at: time("2026-01-08T11:00:00Z"), node: "n1", interface: "eth0",
                "n2 is not reachable on eth0."))
        speaker.append(
            EventEntry(
                .sessionDown, at: time("2026-01-08T11:57:00Z"), node: "n1", peer: "tor-a",
                "The session with tor-a ended: Hold Timer Expired."))
        speaker.append(
            EventEntry(
                .conflict, at: time("2026-01-08T11:59:18Z"), node: "n1", services: ["default/api"], ip: "192.0.2.11",
                interface: "eth0", "02:00:00:00:00:99 on eth0 uses 192.0.2.11, and is no speaker of this cluster."))
        return controller.events + speaker.events
    }()

    private static let controller: StatusDocument = {
        var document = StatusDocument(version: "0.1.0", role: "controller", node: nil)
        document.started = time("2026-01-01T00:00:00Z")
        document.assignments = [
            AssignmentEntry(
                service: "default/web", ips: ["192.0.2.10", "2001:db8:1::10"], pool: "lan", state: "assigned",
                reason: nil, message: nil, since: time("2026-01-01T00:00:05Z")),
            AssignmentEntry(
                service: "default/api", ips: [], pool: nil, state: "pending", reason: "PoolExhausted",
                message: "Pool lan has none of its 6 addresses left."),
            AssignmentEntry(
                service: "kube-system/registry", ips: ["198.51.100.7"], pool: "public", state: "assigned",
                reason: nil, message: nil),
            AssignmentEntry(
                service: "default/quiet", ips: ["192.0.2.11"], pool: "lan", state: "assigned", reason: nil,
                message: nil),
        ]
        document.pools = [
            PoolEntry(
                pool: "lan", autoAssign: true,
                families: [
                    .init(family: "IPv4", size: 6, assigned: 6, available: 0),
                    .init(family: "IPv6", size: 1 << 64, assigned: 1, available: (1 << 64) - 1),
                ], addresses: ["192.0.2.8/29", "2001:db8:1::/64"]),
            PoolEntry(
                pool: "public", autoAssign: false,
                families: [.init(family: "IPv4", size: 256, assigned: 219, available: 37)],
                addresses: ["198.51.100.0/24"]),
        ]
        return document
    }()

    /// What two speakers say alike.
    private static let shared = ProblemEntry(
        severity: "error", object: "BGPPeer/martlet-system/tor-b", field: "spec.passwordSecret",
        message: "Secret martlet-system/tor-key does not exist.")

    private static let speaker1: StatusDocument = {
        var document = StatusDocument(version: "0.1.0", role: "speaker", node: "node-1")
        document.started = time("2026-01-08T09:30:00Z")
        document.announcements = [
            AnnouncementEntry(
                layer2: "default/web", ip: "192.0.2.10", node: "node-1", interfaces: ["eth0"],
                since: time("2026-01-08T11:56:55Z")),
            AnnouncementEntry(
                bgp: "kube-system/registry", ip: "198.51.100.7", node: "node-1", peer: "tor-a",
                prefix: "198.51.100.0/24", localPreference: 100, communities: ["64512:7"],
                largeCommunities: ["64512:1:2"], since: time("2026-01-08T09:30:02Z"), session: "Established"),
        ]
        document.silent = [
            NotAnnouncedEntry(
                service: "default/quiet", ip: "192.0.2.11", protocol: "layer2", node: "node-1", reason: "NoEndpoint",
                message: "The Service has no usable IPv4 endpoint.")
        ]
        document.peers = [
            PeerEntry(
                peer: "tor-b", address: "2001:db8:ffff::b", state: "Active", since: time("2026-01-08T11:59:18Z"),
                prefixesSent: 0, bfd: "Down",
                lastError: "Cease/Administrative Shutdown from the router: \"maintenance \u{1B}[31mtonight\"",
                asn: 64513, flaps: 3),
            PeerEntry(
                peer: "tor-a", address: "10.0.0.1", state: "Established", since: time("2026-01-08T09:30:01Z"),
                prefixesSent: 1, bfd: "Up", asn: 4_200_000_001, routerID: "10.0.0.1", holdTime: 90, flaps: 0,
                messagesSent: .init(open: 1, update: 2, notification: 0, keepalive: 300, routeRefresh: 0),
                messagesReceived: .init(open: 1, update: 0, notification: 0, keepalive: 299, routeRefresh: 0)),
        ]
        document.segments = [
            SegmentEntry(
                interface: "eth0",
                members: [
                    .init(node: "node-2", address: "10.0.0.12", state: "Up", since: time("2026-01-08T09:30:01Z")),
                    .init(node: "node-3", address: "10.0.0.13", state: "Down", since: nil),
                ])
        ]
        document.problems = [
            shared,
            ProblemEntry(
                severity: "warning", object: "L2Advertisement/segment", field: "spec.interfaces",
                message: "On node-1: p0: it is a port of the bridge br0: use br0 instead: not used."),
        ]
        document.interfaces = [
            InterfaceEntry(
                interface: "eth0", mac: "02:00:00:00:00:01", isUp: true, addresses: 1,
                arp: .init(requests: 12, replies: 12, announcements: 4), drops: [.init(reason: "Malformed", count: 2)])
        ]
        return document
    }()

    private static let speaker2: StatusDocument = {
        var document = StatusDocument(version: "0.1.0", role: "speaker", node: "node-2")
        document.started = time("2025-11-30T00:00:00Z")
        document.announcements = [
            AnnouncementEntry(
                layer2: "default/web", ip: "2001:db8:1::10", node: "node-2", interfaces: nil,
                since: time("2026-01-07T12:00:00Z")),
            AnnouncementEntry(
                bgp: "kube-system/registry", ip: "198.51.100.7", node: "node-2", peer: "tor-a",
                prefix: "198.51.100.0/24", localPreference: 100, communities: ["64512:7"],
                largeCommunities: ["64512:1:2"], session: "OpenConfirm"),
        ]
        document.peers = [
            PeerEntry(
                peer: "tor-a", address: "10.0.0.1", state: "OpenConfirm", since: time("2026-01-08T12:00:00Z"),
                prefixesSent: 0)
        ]
        document.notReady = ["1 of 2 BGP sessions is not established"]
        document.problems = [shared]
        return document
    }()
}
