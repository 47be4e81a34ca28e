import Addresses
import TestSupport

/// A BIRD 2 in a lab's router namespace.
///
/// BIRD 2.0.12 may sleep three seconds with output pending; any question wakes it, so ask often.
final class BirdRouter: InteropRouter {
    private let lab: BGPLab
    let process: ChildProcess
    private let socket: String

    /// - Parameters:
    ///   - protocols: the `protocol bgp …` blocks.
    ///   - options: other lines before them.
    ///   - name: tells several of them apart.
    init(_ lab: BGPLab, options: String = "", name: String = "bird", _ protocols: String) async throws {
        self.lab = lab
        socket = "\(lab.directory)/\(name).ctl"
        let configuration = """
            router id 10.99.0.2;
            protocol device { scan time 10; }
            \(options)
            \(protocols)
            """
        let path = try lab.writeFile("\(name).conf", configuration)
        process = try lab.router.start("bird", "-f", "-c", path, "-s", socket)
        try await eventually("BIRD answers") { try await self.ask("show status").contains("Daemon is up") }
    }

    convenience init(_ lab: BGPLab, _ setup: RouterSetup) async throws {
        let families = setup.families.map { "\($0 == .ipv4 ? "ipv4" : "ipv6") { import all; export none; };" }
        try await self.init(
            lab,
            """
            protocol bgp martlet {
                local \(setup.own) as \(setup.asn);
                neighbor \(setup.peer) as \(setup.peerASN);
                hold time \(setup.holdTime);
                error wait time 1, 2;
                \(setup.connects ? "connect retry time 1; connect delay time 1;" : "passive yes;")
                \(setup.isMultihop ? "multihop 5;" : "")
                \(setup.isTwoOctets ? "enable as4 no;" : "")
                \(setup.password.map { "password \"\($0)\";" } ?? "")
                \(families.joined(separator: "\n    "))
            }
            """)
    }

    func details(of prefix: IPPrefix) async throws -> String { try await ask("show route \(prefix) all") }

    func refresh(_ setup: RouterSetup) async throws { try await order("reload in martlet") }

    func ask(_ command: String) async throws -> String {
        let result = try await lab.router.run(
            command: ["birdc", "-r", "-s", socket] + command.split(separator: " ").map(String.init))
        return result.output
    }

    /// Changes something, which a restricted `birdc` may not.
    func order(_ command: String) async throws {
        _ = try await lab.router.run(command: ["birdc", "-s", socket] + command.split(separator: " ").map(String.init))
    }

    func stop() { process.stop() }
}

extension NetworkNamespace {
    /// Runs a command inside and waits for its end; whatever its exit status.
    func run(command: [String]) async throws -> CommandResult { try await start(command: command).wait() }
}
