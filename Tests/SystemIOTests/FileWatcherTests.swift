import SystemIO
import TestSupport
import Testing
import Timing

private let all = FileWatcher.Names(pattern: { _ in true })

@Suite(.timeLimit(.minutes(1))) struct FileWatcherTests {
    /// What somebody does in the folder, as a shell command.
    static let changes: [(String, String)] = [
        ("a file is written", "echo x > f"),
        ("an editor renames a new file over the old one", "echo y > .f.swp && mv .f.swp f"),
        ("a file is deleted", "rm f"),
        (
            "a link is swapped, as a ConfigMap does",
            "mkdir -p a b && ln -sfn a ..data && ln -sfn b ..tmp && mv -T ..tmp ..data"
        ),
        ("a file is moved away", "mv f ../moved"),
    ]

    @Test("A change in a watched directory is told", .timeLimit(.minutes(1)), arguments: changes)
    func change(what: String, command: String) async throws {
        let folder = try TemporaryFolder()
        try Shell.check(["sh", "-c", "mkdir \(folder.path)/d && touch \(folder.path)/d/f"])
        let watcher = try FileWatcher()
        #expect(watcher.watch([folder.path + "/d": all]).isEmpty)
        try Shell.check(["sh", "-c", "cd \(folder.path)/d && \(command)"])
        var iterator = watcher.changes.makeAsyncIterator()
        #expect(await iterator.next() != nil, "\(what)")
    }

    @Test("What has another name than those that are watched is not told, however often it is written")
    func otherNames() async throws {
        let folder = try TemporaryFolder()
        let watcher = try FileWatcher()
        let yaml = FileWatcher.Names(["d"], pattern: { $0.hasSuffix(".yaml") })
        #expect(watcher.watch([folder.path: yaml]).isEmpty)
        let told = Locked(0)
        let reader = Task { for await _ in watcher.changes { told.withLock { $0 += 1 } } }
        try Shell.check([
            "sh", "-c",
            "cd \(folder.path); for i in 1 2 3 4 5; do echo $i > f; mv f g; mkdir e; rmdir e; done; exec 3> h; echo x >&3",
        ])
        try await Task.sleep(for: .milliseconds(200))
        #expect(told.value == 0 && watcher.filesBeingWritten(at: UptimeClock.now).isEmpty)
        try Shell.check(["sh", "-c", "cd \(folder.path); echo x > a.yaml"])
        while told.value == 0 { try await Task.sleep(for: .milliseconds(5)) }
        try Shell.check(["mkdir", folder.path + "/d"])
        while told.value == 1 { try await Task.sleep(for: .milliseconds(5)) }
        reader.cancel()
    }

    @Test("A directory that vanishes is told; it is named as unwatchable until it is back", .timeLimit(.minutes(1)))
    func vanished() async throws {
        let folder = try TemporaryFolder()
        let directory = folder.path + "/d"
        try Shell.check(["mkdir", directory])
        let watcher = try FileWatcher()
        var iterator = watcher.changes.makeAsyncIterator()
        #expect(watcher.watch([directory: all, folder.path: .init(["d"])]).isEmpty)
        try Shell.check(["rmdir", directory])
        #expect(await iterator.next() != nil)
        #expect(Array(watcher.watch([directory: all, folder.path: .init(["d"])]).keys) == [directory])
        try Shell.check(["mkdir", directory])
        #expect(await iterator.next() != nil)
        #expect(watcher.watch([directory: all, folder.path: .init(["d"])]).isEmpty)
        // The burst above may still be in the stream; the file's own event follows it.
        try Shell.check(["sh", "-c", "sleep 0.1; echo x > \(directory)/f"])
        #expect(await iterator.next() != nil)
    }
}

extension FileWatcherTests {
    @Test("A file that is open and changed is half-written until it is closed, or left alone for long")
    func halfWritten() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/f"
        try Shell.check(["touch", file])
        let watcher = try FileWatcher()
        _ = watcher.watch([folder.path: all])
        let writer = try ChildProcess([
            "sh", "-c", "exec 3>\(file); echo half >&3; sleep 0.5; echo whole >&3; exec 3>&-",
        ])
        defer { writer.stop() }
        try await Task.sleep(for: .milliseconds(200))
        #expect(watcher.filesBeingWritten(at: UptimeClock.now) == [file])
        var iterator = watcher.changes.makeAsyncIterator()
        #expect(await iterator.next() != nil)
        #expect(watcher.filesBeingWritten(at: UptimeClock.now).isEmpty)
    }

    @Test("A file that is left open for long no longer counts as half-written") func leftOpen() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/f"
        let watcher = try FileWatcher()
        _ = watcher.watch([folder.path: all])
        let writer = try ChildProcess(["sh", "-c", "exec 3>\(file); echo half >&3; sleep 30"])
        defer { writer.stop() }
        try await Task.sleep(for: .milliseconds(200))
        #expect(watcher.filesBeingWritten(at: UptimeClock.now) == [file])
        #expect(watcher.filesBeingWritten(at: UptimeClock.now.advanced(by: .seconds(60))).isEmpty)
    }
}
