import Addresses
import TestSupport

/// An ExaBGP in a lab's router namespace. It has no table: a helper of it writes down what comes.
final class ExaBGPRouter: InteropRouter {
    private let lab: BGPLab
    private let process: ChildProcess
    private let orders: String
    private let events: String

    init(_ lab: BGPLab, _ setup: RouterSetup) async throws {
        self.lab = lab
        orders = try lab.writeFile("exabgp.orders", "")
        events = "\(lab.directory)/exabgp.events"
        // ExaBGP takes its helper for dead when either of its pipes ends.
        let helper = try lab.writeFile(
            "exabgp-helper", "#!/bin/sh\nexec 3<&0\ncat <&3 >\(events) &\nexec tail -n +1 -f \(orders)\n")
        try Shell.check(["chmod", "755", helper])
        let families = setup.families.map { "\($0 == .ipv4 ? "ipv4" : "ipv6") unicast;" }
        let path = try lab.writeFile(
            "exabgp.conf",
            """
            process helper { run \(helper); encoder text; }
            neighbor \(setup.peer) {
                router-id 10.99.0.2;
                local-address \(setup.own);
                local-as \(setup.asn);
                peer-as \(setup.peerASN);
                hold-time \(setup.holdTime);
                \(setup.connects ? "" : "passive;\n    listen 179;")
                \(setup.password.map { "md5-password '\($0)';" } ?? "")
                family { \(families.joined(separator: " ")) }
                capability { route-refresh; graceful-restart 120; asn4 \(setup.isTwoOctets ? "disable" : "enable"); }
                api { processes [ helper ]; receive { parsed; update; } }
            }

            """)
        let settings = [
            "exabgp.daemon.user=root", "exabgp.tcp.bind=\(setup.connects ? "" : "\(setup.own)")",
            "exabgp.tcp.port=179", "exabgp.api.cli=false", "exabgp.log.all=false",
        ]
        process = try lab.router.start(command: ["env"] + settings + ["exabgp", path])
        let events = events
        try await eventually("ExaBGP has started its helper") {
            try await lab.router.run(command: ["test", "-e", events]).status == 0
        }
    }

    func details(of prefix: IPPrefix) async throws -> String {
        let lines = try await lab.router.run(command: ["cat", events]).output.split(separator: "\n")
        let last = lines.last { $0.contains(" \(prefix)") }.map(String.init) ?? ""
        return last.contains("announced") ? last : ""
    }

    func refresh(_ setup: RouterSetup) async throws {
        for family in setup.families {
            let order = "announce route-refresh \(family == .ipv4 ? "ipv4" : "ipv6") unicast"
            _ = try await lab.router.run(command: ["sh", "-c", "echo '\(order)' >>\(orders)"])
        }
    }

    func stop() { process.stop() }
}
