/// A new folder that goes away with this object.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        path = try Shell.check(["mktemp", "-d", "--tmpdir", "mt-test-XXXXXX"]).output.filter { $0 != "\n" }
    }

    deinit { _ = try? Shell.check(["rm", "-rf", path]) }
}
