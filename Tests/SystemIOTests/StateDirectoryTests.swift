import Foundation
import SystemIO
import TestSupport
import Testing

@Suite struct StateDirectoryTests {
    @Test("What was written is read again, by whoever holds the directory next") func roundTrip() throws {
        let folder = try TemporaryFolder()
        do {
            let state = try StateDirectory(path: folder.path + "/a/b")
            #expect(try state.read("x") == nil)
            try state.replace("x", with: Array("one".utf8))
            try state.replace("x", with: Array("two".utf8))
        }
        let state = try StateDirectory(path: folder.path + "/a/b")
        #expect(try state.read("x") == Array("two".utf8))
    }

    @Test("A directory that is held rejects a second holder and names the first") func held() throws {
        let folder = try TemporaryFolder()
        let first = try StateDirectory(path: folder.path)
        let error = #expect(throws: StateDirectory.Failure.self) { try StateDirectory(path: folder.path) }
        #expect(error == .held(path: folder.path, by: Int(getpid())))
        #expect(error?.description.contains("--state-dir") == true)
        _ = consume first
        _ = try StateDirectory(path: folder.path)
    }

    @Test("A directory whose holder is just going is waited for") func heldBriefly() async throws {
        let folder = try TemporaryFolder()
        let first = Locked<StateDirectory?>(try StateDirectory(path: folder.path))
        async let going: Void = {
            try await Task.sleep(for: .milliseconds(50))
            first.withLock { $0 = nil }
        }()
        _ = try await onOwnThread { try StateDirectory(path: folder.path, patience: .seconds(20)) }
        try await going
    }

    @Test("A full disk leaves the old content and says so", .enabled(if: geteuid() == 0, "mounts a file system"))
    func fullDisk() throws {
        let folder = try TemporaryFolder()
        try Shell.check(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path])
        defer { _ = try? Shell.check(["umount", "-l", folder.path]) }
        let state = try StateDirectory(path: folder.path)
        try state.replace("x", with: Array("small".utf8))
        let error = #expect(throws: SystemError.self) {
            try state.replace("x", with: [UInt8](repeating: 1, count: 1 << 20))
        }
        #expect(error?.code == ENOSPC)
        #expect(error?.description.contains("No space left on device") == true)
        #expect(try state.read("x") == Array("small".utf8))
        // Nothing is left behind that would keep the disk full.
        try state.replace("x", with: Array("small again".utf8))
        #expect(try state.read("x") == Array("small again".utf8))
    }

    @Test(
        "A disk that is full to the last octet keeps nobody from starting",
        .enabled(if: geteuid() == 0, "mounts a file system"))
    func fullDiskAtStart() throws {
        let folder = try TemporaryFolder()
        try Shell.check(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path])
        defer { _ = try? Shell.check(["umount", "-l", folder.path]) }
        do { _ = try StateDirectory(path: folder.path) }
        try Data().write(to: URL(fileURLWithPath: folder.path + "/lock"))
        _ = try Shell.run(["dd", "if=/dev/zero", "of=\(folder.path)/fill", "bs=4k"])
        let state = try StateDirectory(path: folder.path)
        #expect(throws: SystemError.self) { try state.replace("x", with: [1]) }
        // The lock is held all the same.
        #expect(throws: StateDirectory.Failure.self) { try StateDirectory(path: folder.path) }
    }

    @Test("A path that cannot be a directory is an error that names it") func impossiblePath() throws {
        let folder = try TemporaryFolder()
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        let error = #expect(throws: StateDirectory.Failure.self) { try StateDirectory(path: folder.path + "/file/x") }
        #expect(error?.description.contains(folder.path + "/file") == true)
    }

    @Test("Whoever reads while a file is replaced sees one whole version", .timeLimit(.minutes(1)))
    func neverTorn() async throws {
        let folder = try TemporaryFolder()
        let state = try StateDirectory(path: folder.path)
        try state.replace("x", with: [UInt8](repeating: 0, count: 10_000))
        let isDone = Locked(false)
        let path = folder.path
        async let torn = Self.countTorn(path + "/x", until: isDone)
        for round in 0..<300 {
            let size = 10_000 * (1 + round % 7)
            try state.replace("x", with: [UInt8](repeating: UInt8(round % 251), count: size))
            if round % 20 == 0 { await Task.yield() }
        }
        isDone.withLock { $0 = true }
        let (seen, damaged) = await torn
        #expect(seen > 0)
        #expect(damaged == 0)
    }

    @concurrent private static func countTorn(_ file: String, until isDone: Locked<Bool>) async -> (Int, Int) {
        var seen = 0
        var torn = 0
        repeat {
            guard let content = FileManager.default.contents(atPath: file) else { continue }
            seen += 1
            if Set(content).count != 1 || content.count % 10_000 != 0 { torn += 1 }
        } while !isDone.value
        return (seen, torn)
    }
}
