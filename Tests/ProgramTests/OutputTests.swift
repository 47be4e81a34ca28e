import Foundation
import TestSupport
import Testing

/// What becomes of an answer that cannot be written, or that nobody reads.
@Suite("An answer") struct OutputTests {
    private static let manifests = OfflineCommandTests.manifests

    /// Commands that answer on standard output.
    static let commands: [[String]] = [
        ["plan", "-f", "M"], ["plan", "-f", "M", "-o", "json"], ["plan", "-f", "M", "--against", "M"],
        ["check", "-f", "M"], ["explain", "web", "-f", "M"], ["bundle", "-f", "M", "--to", "-"],
        ["bundle", "-f", "M", "--to", "/dev/full"], ["get", "services", "--bundle", "B"],
        ["get", "pools", "--bundle", "B", "-o", "yaml"], ["version"], ["--version"], ["--help"], ["plan", "--help"],
        ["--generate-completion-script", "bash"],
    ]

    /// The command line, with manifests for M and a bundle of them for B.
    private func line(_ command: [String], _ folder: TemporaryFolder) async throws -> String {
        let manifests = try folder.write("all.yaml", Self.manifests)
        let bundle = folder.path + "/bundle.json"
        _ = try await Program.run("bundle", "-f", manifests, "--to", bundle)
        let arguments = command.map { ["M": manifests, "B": bundle][$0] ?? $0 }
        return ([Program.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    }

    @Test("that does not fit on the disk is an error, with status 1 and the reason", arguments: commands)
    func fullDisk(command: [String]) async throws {
        let folder = try TemporaryFolder()
        let result = try await ChildProcess(["sh", "-c", "\(try await line(command, folder)) > /dev/full"]).wait()
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("No space left on device"), "\(result)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result)")
    }

    @Test("whose reader has gone keeps its status, without a word", arguments: [["plan", "-f", "M"], ["--help"]])
    func closedPipe(command: [String]) async throws {
        let folder = try TemporaryFolder()
        // The status of the first in the pipe: the reader is gone before anything is written.
        let script = "{ sleep 0.3; \(try await line(command, folder)); echo $? >&3; } | true"
        let result = try await ChildProcess(["sh", "-c", "{ \(script); } 3>&1"]).wait()
        #expect(result.output == "0\n" && result.errors.isEmpty, "\(result)")
    }

    @Test("and its diagnostics that cannot be written are no reason to crash", arguments: ["/dev/full", "closed"])
    func fullErrors(target: String) async throws {
        let redirection = target == "closed" ? "2>&-" : "2>\(target)"
        let result = try await ChildProcess([
            "sh", "-c", "'\(Program.path)' explain web --server http://127.0.0.1:1 \(redirection)",
        ]).wait()
        #expect(result.status == 1, "\(result)")
    }

    // MARK: bundle --to

    /// What is at the path before: how it is made, and what must be there afterwards, asked in sh of "$1".
    static let targets: [(name: String, make: String, check: String)] = [
        ("nothing", "true", "test -f $1 -a ! -L $1"),
        ("a file", "echo old > $1; chmod 644 $1", "test -f $1 -a ! -L $1; ! grep -q old $1"),
        ("a link", "echo old > $1.real; ln -s $1.real $1", "test -L $1; ! grep -q old $1.real"),
        ("a link to nothing", "ln -s $1.real $1", "test -L $1 -a -f $1.real"),
        ("a device", "mknod $1 c 1 3", "test -c $1"),
        ("a pipe", "mkfifo $1; cat $1 > $1.copy & sleep 0.1", "test -p $1; sleep 0.3; grep -q format $1.copy"),
    ]

    @Test("is written where it was asked for, and what is no file stays what it is", arguments: targets)
    func bundle(row: (name: String, make: String, check: String)) async throws {
        let folder = try TemporaryFolder()
        let manifests = try folder.write("all.yaml", Self.manifests)
        let path = folder.path + "/target"
        let script =
            "set -e; set -- '\(path)'; \(row.make); '\(Program.path)' bundle -f '\(manifests)' --to $1; \(row.check)"
        let result = try await ChildProcess(["sh", "-c", script]).wait()
        #expect(result.status == 0, "\(row.name): \(result)")
        // Nothing is left beside it, and files are for their owner alone.
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!left.contains { $0.hasSuffix(".new") }, "\(left)")
        for file in [path, path + ".real"] {
            let attributes = try? FileManager.default.attributesOfItem(atPath: file)
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { continue }
            #expect(attributes?[.posixPermissions] as? Int == 0o600, "\(file)")
        }
    }

    @Test("in a folder that is not there, or over a folder, is rejected with the path", arguments: ["/none/x", ""])
    func badTarget(name: String) async throws {
        let folder = try TemporaryFolder()
        let manifests = try folder.write("all.yaml", Self.manifests)
        let result = try await Program.run("bundle", "-f", manifests, "--to", folder.path + name)
        #expect(result.status == 1 && result.errors.contains(folder.path + name), "\(result)")
    }

    @Test("that goes on ends with status 0 when its reader has gone, also while nothing happens") func watch()
        async throws
    {
        let lab = try RunLab()
        let process = try await lab.start()
        defer { process.stop() }
        let script =
            "{ '\(Program.path)' get services --watch --server http://127.0.0.1:7472; echo $? >&3; } | head -n 1"
        let watch = try lab.node.start("sh", "-c", "{ \(script); } 3>&1")
        defer { watch.stop() }
        let result = try await watch.wait(atMost: .seconds(10))
        #expect(result.output.hasPrefix("SERVICE") && result.output.hasSuffix("\n0\n"), "\(result)")
        #expect(result.errors.isEmpty, "\(result)")
    }
}
