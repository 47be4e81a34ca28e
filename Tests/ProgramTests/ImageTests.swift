import Foundation
import TestSupport
import Testing

/// The program as the image has it: with the files that `deploy/runtime` gathers and no other, not root, with a root file
/// system that cannot be written to, and with the capabilities that a pod allows.
@Suite(.serialized) struct ImageTests {
    private let folder: TemporaryFolder
    private var image: String { folder.path + "/image" }

    init() throws {
        folder = try TemporaryFolder()
        try Shell.check([Self.repository + "/deploy/runtime", Program.path, folder.path + "/image"])
        // What a container runtime mounts, it makes.
        try Shell.check(["mkdir", image + "/proc", image + "/manifests"])
        // The user of the image has to come by.
        try Shell.check(["chmod", "755", folder.path])
        try (RunLab.base + "\n---\n" + RunLab.service("web")).write(
            toFile: image + "/manifests/all.yaml", atomically: false, encoding: .utf8)
    }

    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// As in the Containerfile.
    private func giveCapabilities() throws {
        let file = try String(contentsOfFile: Self.repository + "/deploy/Containerfile", encoding: .utf8)
        let line = try #require(file.split(separator: "\n").first { $0.hasPrefix("RUN setcap ") })
        let capabilities = try #require(line.split(separator: " ").dropFirst(2).first)
        try Shell.check(["setcap", String(capabilities), image + "/usr/bin/martlet"])
    }

    /// What a container runtime does for a pod that drops all capabilities but these.
    private func pod(_ capabilities: [String], _ arguments: String...) -> [String] {
        let script = """
            set -e
            image=$1 allowed=$2
            shift 2
            mount --bind "$image" "$image"
            mount -t proc proc "$image/proc" || mount --rbind /proc "$image/proc"
            mount -t tmpfs -o mode=2777,gid=65532 tmpfs "$image/var/lib/martlet"
            mount -o remount,bind,ro "$image"
            exec setpriv --bounding-set "-all,+sys_chroot,+setuid,+setgid$allowed" --inh-caps=-all \
                chroot --userspec=65532:65532 "$image" /usr/bin/martlet "$@"
            """
        return [
            "unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", image,
            capabilities.map { ",+" + $0 }.joined(),
        ] + arguments
    }

    @Test("The files that are gathered are enough, and none lets anybody become somebody else") func files() throws {
        let version = try Shell.run(pod([], "version"))
        #expect(version.succeeded && version.output.contains("martlet"), "\(version)")
        let check = try Shell.run(pod([], "check", "-f", "/manifests"))
        #expect(check.succeeded && check.output.contains("No problems"), "\(check)")
        let special = try Shell.check(["find", image, "-xdev", "-perm", "/6000"])
        #expect(special.output.isEmpty, "\(special)")
        let programs = try Shell.check(["find", image + "/usr/bin", "-type", "f"])
        #expect(programs.lines == ["\(image)/usr/bin/martlet"])
    }

    @Test("Without a capability that is needed, the program starts, says which is missing, and ends") func missing()
        throws
    {
        try giveCapabilities()
        let run = try Shell.run(pod(["net_bind_service"], "run", "-f", "/manifests", "--node", "n1"))
        #expect(run.status == 1 && run.errors.contains("CAP_NET_RAW"), "\(run)")
    }

    @Test(
        "Not root, with what the pod allows, it answers for its address, on threads with the priority that they ask for"
    )
    func serving() async throws {
        try giveCapabilities()
        let client = try NetworkNamespace("client")
        let node = try NetworkNamespace("node")
        try client.connect("eth0", to: node, "eth0")
        try client.ip("address add 192.0.2.1/24 dev eth0")
        try node.ip("address add 192.0.2.2/24 dev eth0")
        let process = try node.start(
            command: pod(
                ["net_raw", "net_bind_service", "sys_nice"], "run", "-f", "/manifests", "--node", "n1"))
        defer { process.stop() }
        let answered = try await eventually {
            try await client.run("arping", "-c", "1", "-w", "1", "-I", "eth0", "192.0.2.10").succeeded
        }
        #expect(answered, "\(process.errors)")
        let status = try Shell.check(["sh", "-c", "cat /proc/\(process.pid)/task/*/status"])
        let users = status.lines.filter { $0.hasPrefix("Uid:") }
        #expect(users.count > 3 && users.allSatisfy { $0 == "Uid:\t65532\t65532\t65532\t65532" }, "\(users)")
        // NET_BIND_SERVICE is 10, NET_RAW 13, SYS_NICE 23: on every thread, and nothing else.
        let effective = Set(status.lines.filter { $0.hasPrefix("CapEff:") })
        #expect(effective == ["CapEff:\t0000000000802400"])
        #expect(!process.errors.contains("CAP_SYS_NICE"), "\(process.errors)")
        process.signal(SIGTERM)
        #expect(try await process.wait().succeeded)
    }
}
