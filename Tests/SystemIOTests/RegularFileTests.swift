import Glibc
import SystemIO
import TestSupport
import Testing

/// What a path can be of, apart from what is wanted.
@Suite("Regular files", .timeLimit(.minutes(1))) struct RegularFileTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Makes `f`.
        let command: String
        /// What is said of it; `nil`: it is read.
        let cause: String?
        let causeWithoutLinks: String?

        init(_ name: String, _ command: String, _ cause: String?, withoutLinks: String? = nil) {
            (testDescription, self.command, self.cause) = (name, command, cause)
            causeWithoutLinks = withoutLinks ?? cause
        }
    }

    static let link = "it is a symbolic link, not a regular file"
    static let pipe = "it is a named pipe, not a regular file"
    static let rows = [
        Row("a file", "echo -n content > f", nil),
        Row("a link to a file", "echo -n content > g; ln -s g f", nil, withoutLinks: link),
        Row(
            "a link as in a ConfigMap", "mkdir ..1; echo -n content > ..1/f; ln -s ..1 ..data; ln -s ..data/f f", nil,
            withoutLinks: link),
        Row("nothing", "true", "No such file or directory"),
        Row("a link to nothing", "ln -s g f", "No such file or directory", withoutLinks: link),
        Row("a directory", "mkdir f", "Is a directory"),
        Row("a named pipe", "mkfifo f", pipe),
        Row("a link to a named pipe", "mkfifo g; ln -s g f", pipe, withoutLinks: link),
        Row("a device that never ends", "ln -s /dev/zero f", "it is a device, not a regular file", withoutLinks: link),
        Row(
            "a device", "mknod f c 1 5 2> /dev/null || ln /dev/zero f 2> /dev/null || ln -s /dev/zero f",
            "it is a device, not a regular file", withoutLinks: getuid() == 0 ? nil : link),
        Row("a link to itself", "ln -s f f", "Too many levels of symbolic links", withoutLinks: link),
        Row(
            "a socket", "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"f\")'",
            "it is a socket, not a regular file"),
    ]

    @Test("is read, or is an error that names it and what it is; nothing waits", arguments: rows)
    func read(row: Row) throws {
        let folder = try TemporaryFolder()
        try Shell.check(["sh", "-c", "cd \(folder.path) && \(row.command)"])
        let path = folder.path + "/f"
        for (followsLinks, cause) in [(true, row.cause), (false, row.causeWithoutLinks)] {
            do throws(SystemError) {
                let content = try RegularFile.read(path, limit: 100, followsLinks: followsLinks)
                #expect(cause == nil && content == Array("content".utf8))
            } catch {
                #expect(error.cause == cause && error.description.contains(path))
            }
        }
    }

    @Test("longer than the limit → an error, or as much of it as is asked for") func limit() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/f"
        try Shell.check(["sh", "-c", "head -c 200000 /dev/zero > \(path)"])
        #expect(try RegularFile.read(path, limit: 200_000).count == 200_000)
        #expect(throws: SystemError("cannot read \(path)", code: EFBIG)) { try RegularFile.read(path, limit: 199_999) }
        #expect(try RegularFile.beginning(of: path, octets: 70_000).count == 70_000)
    }

    @Test("what stands where the state is kept → an error that names it, or replaced; never followed, never waited for")
    func state() throws {
        for (command, readCause) in [("mkfifo", Self.pipe), ("ln -s ../precious", Self.link)] {
            let folder = try TemporaryFolder()
            try Shell.check([
                "sh", "-c",
                "cd \(folder.path) && echo -n precious > precious && mkdir s && \(command) s/f && \(command) s/f.new",
            ])
            let directory = try StateDirectory(path: folder.path + "/s")
            let error = #expect(throws: SystemError.self) { try directory.read("f") }
            #expect(error?.cause == readCause)
            try directory.replace("f", with: Array("new".utf8))
            #expect(try directory.read("f") == Array("new".utf8))
            #expect(try RegularFile.read(folder.path + "/precious", limit: 100) == Array("precious".utf8))
        }
        for command in ["mkfifo", "ln -s ../precious"] {
            let folder = try TemporaryFolder()
            try Shell.check(["sh", "-c", "cd \(folder.path) && touch precious && mkdir s && \(command) s/lock"])
            let error = #expect(throws: StateDirectory.Failure.self) { try StateDirectory(path: folder.path + "/s") }
            #expect(error?.description.contains("s/lock") == true)
        }
    }
}
