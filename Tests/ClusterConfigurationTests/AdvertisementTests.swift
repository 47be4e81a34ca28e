import BGP
import ClusterConfiguration
import KubernetesModel
import Testing

@Suite struct AdvertisementTests {
    private static let pools =
        Manifest.pool("lan", "192.0.2.0/24", metadata: "labels: {zone: a}")
        + Manifest.pool("six", "\"2001:db8::/64\"", metadata: "labels: {zone: b}")
        + Manifest.pool("few", "198.51.100.1-198.51.100.6")

    // MARK: - Layer 2

    @Test("Pools are chosen by name, by label, or all")
    func selection() throws {
        func pools(_ spec: String) throws -> PoolSelection {
            let checked = Checked(AdvertisementTests.pools, Manifest.martlet("L2Advertisement", "adv", spec))
            #expect(checked.problems.isEmpty, "\(checked.lines)")
            return try #require(checked.configuration.layer2Advertisements.first).pools
        }
        #expect(try pools("") == .all)
        #expect(try pools("ipAddressPools: []") == .all)
        #expect(try pools("ipAddressPools: [lan]") == .named(["lan"]))
        #expect(try pools("ipAddressPoolSelectors: [{matchLabels: {zone: b}}]") == .named(["six"]))
        #expect(
            try pools("ipAddressPools: [few], ipAddressPoolSelectors: [{matchLabels: {zone: a}}]")
                == .named(["few", "lan"]))
        #expect(try pools("ipAddressPoolSelectors: [{matchLabels: {zone: none}}]") == .named([]))
    }

    @Test("An L2Advertisement without a spec announces everything everywhere")
    func bare() {
        let checked = Checked("apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: {name: empty}\n")
        #expect(checked.problems.isEmpty)
        #expect(checked.configuration.layer2Advertisements == [Layer2Advertisement(name: "empty")])
    }

    @Test("Every field of an L2Advertisement has its meaning")
    func everything() throws {
        let checked = Checked(
            Manifest.martlet(
                "L2Advertisement", "adv",
                """
                nodeSelectors: [{matchLabels: {rack: a}}], serviceSelectors: [{matchLabels: {app: web}}], interfaces: [eth0, bond0.7],
                preferredNodeSelectors: [{weight: 100, preference: {matchLabels: {fast: "yes"}}}, {weight: 1, preference: {}}]
                """))
        #expect(checked.problems.isEmpty, "\(checked.lines)")
        let advertisement = try #require(checked.configuration.layer2Advertisements.first)
        #expect(advertisement.nodeSelectors.map(\.description) == ["rack=a"])
        #expect(advertisement.serviceSelectors.map(\.description) == ["app=web"])
        #expect(advertisement.interfaces == .named(["eth0", "bond0.7"]))
        #expect(advertisement.preferences.map(\.weight) == [100, 1])
        #expect(advertisement.preferences.first?.selector.matches(["fast": "yes"]) == true)
    }

    private static let layer2Rows: [(spec: String, severity: Problem.Severity, field: String, part: String)] = [
        ("ipAddressPools: [nope]", .warning, "spec.ipAddressPools[0]", "does not exist"),
        ("ipAddressPools: [broken]", .warning, "spec.ipAddressPools[0]", "is invalid"),
        ("ipAddressPools: [lan, lan]", .error, "spec.ipAddressPools[1]", "already"),
        ("interfaces: [eth0, eth0]", .warning, "spec.interfaces[1]", "already"),
        ("interfaces: [averyveryverylongname]", .warning, "spec.interfaces[0]", "15 characters"),
        ("interfaces: [\"\"]", .warning, "spec.interfaces[0]", "is empty"),
        ("interfaces: [a/b]", .warning, "spec.interfaces[0]", "\"/\""),
        (
            "preferredNodeSelectors: [{weight: 0, preference: {}}]", .error, "spec.preferredNodeSelectors[0].weight",
            "1 to 100"
        ),
        (
            "preferredNodeSelectors: [{weight: 101, preference: {}}]", .error, "spec.preferredNodeSelectors[0].weight",
            "1 to 100"
        ),
        ("ipAddressPoolSelectors: [{}, {}]", .error, "spec.ipAddressPoolSelectors[1]", "already"),
    ]

    @Test("What is wrong with an L2Advertisement is said", arguments: AdvertisementTests.layer2Rows.indices)
    func layer2(row: Int) {
        let (spec, severity, field, part) = AdvertisementTests.layer2Rows[row]
        let checked = Checked(
            Manifest.martlet("L2Advertisement", "adv", spec), AdvertisementTests.pools, Manifest.pool("broken", "x"))
        let problems = checked.problems.filter { $0.object?.kind == "L2Advertisement" }
        #expect(problems.map(\.field) == [field], "\(checked.lines)")
        #expect(problems.first?.severity == severity)
        #expect(problems.first?.message.contains(part) == true, "\(checked.lines)")
        #expect(checked.configuration.layer2Advertisements.isEmpty == (severity == .error))
    }

    // MARK: - BGP

    @Test("Every field of a BGPAdvertisement has its meaning")
    func bgp() throws {
        let checked = Checked(
            AdvertisementTests.pools, Manifest.peer("tor"),
            Manifest.bgp(
                "adv",
                """
                ipAddressPools: [lan], aggregationLength: 26, aggregationLengthV6: 96, localPref: 4294967295, peers: [tor],
                communities: [64500:3, 65535:65282, blackhole, rare, "large:64500:1:2", wide, 64500:1, NO-EXPORT],
                nodeSelectors: [{matchLabels: {rack: a}}], med: 4294967295, asPathPrepend: 10, linkBandwidth: PerEndpoint,
                drainTime: 2m30s
                """),
            Manifest.martlet(
                "Community", "names",
                "communities: [{name: rare, value: 64500:9}, {name: wide, value: \"large:1:2:3\"}, {name: 64500:1, value: 64500:77}]"
            ))
        #expect(checked.problems.isEmpty, "\(checked.lines)")
        let advertisement = try #require(checked.configuration.bgpAdvertisements.first)
        #expect(advertisement.pools == .named(["lan"]))
        #expect(advertisement.aggregationLength == 26)
        #expect(advertisement.aggregationLengthV6 == 96)
        #expect(advertisement.localPreference == .max)
        #expect(advertisement.multiExitDiscriminator == .max)
        #expect(advertisement.prepending == 10)
        #expect(advertisement.weighsEndpoints)
        #expect(advertisement.drainTime == .seconds(150))
        #expect(advertisement.peers == ["tor"])
        #expect(
            advertisement.communities.map(\.description) == [
                "64500:3", "64500:9", "64500:77", "65535:666", "65535:65281", "65535:65282",
            ])
        #expect(advertisement.largeCommunities.map(\.description) == ["1:2:3", "64500:1:2"])
    }

    @Test("Defaults: host routes, to every peer, of every pool; a local preference of zero is none")
    func bgpDefaults() {
        let checked = Checked(Manifest.bgp("adv", "localPref: 0"))
        #expect(checked.problems.isEmpty, "\(checked.lines)")
        #expect(checked.configuration.bgpAdvertisements == [BGPRouteAdvertisement(name: "adv")])
    }

    private static let bgpProblems: [(spec: String, severity: Problem.Severity, field: String, part: String)] = [
        ("aggregationLength: 0", .error, "spec.aggregationLength", "1 to 32"),
        ("aggregationLength: 33", .error, "spec.aggregationLength", "1 to 32"),
        ("aggregationLengthV6: 0", .error, "spec.aggregationLengthV6", "1 to 128"),
        ("aggregationLengthV6: 129", .error, "spec.aggregationLengthV6", "1 to 128"),
        ("localPref: -1", .error, "spec.localPref", "0 to 4294967295"),
        ("localPref: 4294967296", .error, "spec.localPref", "0 to 4294967295"),
        ("med: -1", .error, "spec.med", "0 to 4294967295"),
        ("med: 4294967296", .error, "spec.med", "0 to 4294967295"),
        ("asPathPrepend: -1", .error, "spec.asPathPrepend", "0 to 10"),
        ("asPathPrepend: 11", .error, "spec.asPathPrepend", "0 to 10"),
        ("linkBandwidth: perendpoint", .error, "spec.linkBandwidth", "write PerEndpoint"),
        ("drainTime: soon", .error, "spec.drainTime", "is not a duration"),
        ("drainTime: -1s", .error, "spec.drainTime", "zero or more"),
        ("ipAddressPools: [lan], aggregationLength: 23", .error, "spec.aggregationLength", "write 24 or more"),
        ("ipAddressPools: [few], aggregationLength: 29", .error, "spec.aggregationLength", "write 31 or more"),
        ("ipAddressPools: [six], aggregationLengthV6: 63", .error, "spec.aggregationLengthV6", "write 64 or more"),
        (
            "ipAddressPools: [lan], serviceSelectors: [{}], aggregationLength: 24", .error, "spec.aggregationLength",
            "write 32"
        ),
        (
            "ipAddressPools: [six], serviceSelectors: [{}], aggregationLengthV6: 64", .error,
            "spec.aggregationLengthV6", "write 128"
        ),
        ("communities: [nope]", .error, "spec.communities[0]", "not defined yet"),
        ("communities: [bad]", .error, "spec.communities[0]", "in an invalid Community object"),
        ("communities: [65536:1]", .error, "spec.communities[0]", "0 to 65535"),
        ("communities: [1:-1]", .error, "spec.communities[0]", "0 to 65535"),
        ("communities: [\"1:\"]", .error, "spec.communities[0]", "0 to 65535"),
        ("communities: [\"1:2:3\"]", .error, "spec.communities[0]", "begins with \"large:\""),
        ("communities: [\"small:1:2:3\"]", .error, "spec.communities[0]", "begins with \"large:\""),
        ("communities: [\"large:1:2:4294967296\"]", .error, "spec.communities[0]", "4294967295"),
        ("communities: [\"large:1:2\"]", .error, "spec.communities[0]", "large"),
        ("communities: [\"\"]", .error, "spec.communities[0]", "not defined yet"),
        ("communities: [1:1, 1:1]", .error, "spec.communities[1]", "already"),
        ("peers: [nope]", .warning, "spec.peers[0]", "does not exist"),
        ("peers: [tor, tor]", .error, "spec.peers[1]", "already"),
        ("ipAddressPools: [nope]", .warning, "spec.ipAddressPools[0]", "does not exist"),
        ("nodeSelectors: [{}, {}]", .error, "spec.nodeSelectors[1]", "already"),
    ]

    @Test("What is wrong with a BGPAdvertisement is said", arguments: AdvertisementTests.bgpProblems.indices)
    func bgpProblem(row: Int) {
        let (spec, severity, field, part) = AdvertisementTests.bgpProblems[row]
        let checked = Checked(
            AdvertisementTests.pools, Manifest.peer("tor"), Manifest.bgp("adv", spec),
            Manifest.bgp("good", "ipAddressPools: [few]"),
            Manifest.martlet("Community", "bad", "communities: [{name: bad, value: x}]"))
        let problems = checked.problems.filter { $0.object?.kind == "BGPAdvertisement" }
        #expect(problems.map(\.field) == [field], "\(checked.lines)")
        #expect(problems.first?.severity == severity)
        #expect(problems.first?.message.contains(part) == true, "\(checked.lines)")
        #expect(problems.first?.location?.file == "2.yaml")
        #expect(
            checked.configuration.bgpAdvertisements.map(\.name) == (severity == .error ? ["good"] : ["adv", "good"]))
    }

    @Test("Aliases: one name once, and only valid values")
    func aliases() {
        let checked = Checked(
            Manifest.martlet("Community", "a", "communities: [{name: x, value: 1:2}, {name: y, value: 1:3}]"),
            Manifest.martlet("Community", "b", "communities: [{name: z, value: 1:4}, {name: x, value: 1:5}]"),
            Manifest.martlet(
                "Community", "c",
                "communities: [{name: v, value: 1:6}, {name: v, value: 1:7}, {name: w, value: 1:70000}, {name: u}]"),
            Manifest.martlet("Community", "d", "communities: [{value: 1:2}, {name: no-peer-alias, value: no-peer}]"),
            Manifest.bgp("adv", "communities: [x, y, no-peer-alias]"), Manifest.bgp("bad", "communities: [z]"))
        #expect(
            checked.problems.map { "\($0.severity) \($0.object?.description ?? "") \($0.field ?? "")" } == [
                "error Community/b spec.communities[1].name", "error Community/c spec.communities[1]",
                "error Community/c spec.communities[2].value", "error Community/c spec.communities[3].value",
                "warning Community/d spec.communities[0].name", "error BGPAdvertisement/bad spec.communities[0]",
            ], "\(checked.lines)")
        #expect(
            checked.configuration.bgpAdvertisements.map { $0.communities.map(\.description) } == [
                ["1:2", "1:3", "65535:65284"]
            ])
    }

    // MARK: - Local preference

    private static let nodes =
        Manifest.node("n1", labels: "rack: a") + Manifest.node("n2", labels: "rack: b")

    private static let preferences: [(first: String, later: String, more: String, conflict: Bool)] = [
        ("localPref: 100", "localPref: 200", "", true),
        ("localPref: 100", "localPref: 100", "", false),
        ("localPref: 100", "", "", true),
        ("localPref: 0", "", "", false),
        ("localPref: 100, ipAddressPools: [lan]", "localPref: 200, ipAddressPools: [six]", "", false),
        ("localPref: 100, ipAddressPools: [lan]", "localPref: 200", "", true),
        ("localPref: 100, ipAddressPools: [lan, six]", "localPref: 200, ipAddressPools: [six, few]", "", true),
        ("localPref: 100, peers: [a]", "localPref: 200, peers: [b]", "", false),
        ("localPref: 100, peers: [a, b]", "localPref: 200, peers: [b]", "", true),
        ("localPref: 100, peers: [a]", "localPref: 200", "", true),
        (
            "localPref: 100, ipAddressPools: [lan], aggregationLength: 24", "localPref: 200, ipAddressPools: [lan]", "",
            false
        ),
        (
            "localPref: 100, ipAddressPools: [lan, six], aggregationLength: 24",
            "localPref: 200, ipAddressPools: [lan, six]", "", true
        ),
        (
            "localPref: 100, ipAddressPools: [lan], aggregationLengthV6: 64", "localPref: 200, ipAddressPools: [lan]",
            "", true
        ),
        (
            "localPref: 100, nodeSelectors: [{matchLabels: {rack: a}}]",
            "localPref: 200, nodeSelectors: [{matchLabels: {rack: b}}]", nodes, false
        ),
        ("localPref: 100, nodeSelectors: [{matchLabels: {rack: a}}]", "localPref: 200", nodes, true),
        (
            "localPref: 100, nodeSelectors: [{matchLabels: {rack: a}}]",
            "localPref: 200, nodeSelectors: [{matchLabels: {rack: b}}]", "", false
        ),
        ("localPref: 100, nodeSelectors: [{matchLabels: {rack: c}}]", "localPref: 200", nodes, false),
        ("localPref: 100, serviceSelectors: [{}]", "localPref: 200", "", false),
        ("localPref: 100", "localPref: 200, serviceSelectors: [{}]", "", false),
    ]

    @Test(
        "One prefix to one peer has one local preference; the later advertisement is invalid",
        arguments: AdvertisementTests.preferences.indices)
    func localPreference(row: Int) {
        let (first, later, more, conflict) = AdvertisementTests.preferences[row]
        let checked = Checked(
            Manifest.bgp("first", first), Manifest.bgp("later", later), AdvertisementTests.pools, more,
            Manifest.peer("a"), Manifest.peer("b", "peerAddress: 192.0.2.2"))
        let errors = checked.problems.filter { $0.severity == .error }
        #expect(errors.map(\.field) == (conflict ? ["spec.localPref"] : []), "\(checked.lines)")
        #expect(errors.allSatisfy { $0.object?.name.name == "later" && $0.message.contains("BGPAdvertisement first") })
        #expect(checked.configuration.bgpAdvertisements.count == (conflict ? 1 : 2))
    }

    @Test(
        "So it is with all that a route has one of",
        arguments: [
            ("med: 0", "", "spec.med"), ("med: 1", "med: 2", "spec.med"),
            ("asPathPrepend: 1", "", "spec.asPathPrepend"),
            ("asPathPrepend: 0", "", nil), ("linkBandwidth: PerEndpoint", "", "spec.linkBandwidth"),
            ("drainTime: 1s", "drainTime: 2s", nil), ("communities: [1:1]", "communities: [1:2]", nil),
        ])
    func settings(first: String, later: String, field: String?) {
        let checked = Checked(Manifest.bgp("first", first), Manifest.bgp("later", later), AdvertisementTests.pools)
        let errors = checked.problems.filter { $0.severity == .error }
        #expect(errors.map(\.field) == (field.map { [$0] } ?? []), "\(checked.lines)")
        #expect(errors.allSatisfy { $0.message.contains("BGPAdvertisement first") })
    }

    @Test("When an edit makes an advertisement invalid, its last valid version stays in force")
    func keeping() {
        let before = Checked(
            AdvertisementTests.pools, Manifest.bgp("adv", "communities: [1:2]"),
            Manifest.martlet("L2Advertisement", "l2", "interfaces: [eth0]"))
        let after = Checked(
            AdvertisementTests.pools, Manifest.bgp("adv", "communities: [1:2, nope]"),
            Manifest.martlet("L2Advertisement", "l2", "nodeSelectors: [{}, {}]"), keeping: before.configuration)
        #expect(after.configuration == before.configuration)
        #expect(after.problems.count == 2)
        #expect(after.lines.allSatisfy { $0.contains("last valid version stays in force") }, "\(after.lines)")
        let removed = Checked(AdvertisementTests.pools, keeping: before.configuration)
        #expect(removed.configuration.bgpAdvertisements.isEmpty)
    }
}
