import Glibc

/// What a path leads through: the entries of directories that decide which file it names.
package enum PathTrail {
    /// A name in a directory.
    package struct Entry: Hashable, Sendable {
        package let directory: String
        package let name: String

        package init(directory: String, name: String) {
            self.directory = directory
            self.name = name
        }
    }

    /// As many links as the kernel follows (path_resolution(7)).
    private static let mostLinks = 40

    /// The entry that the path ends in, every symbolic link on the way and what it leads to, and the first name that does
    /// not exist. In a ConfigMap's volume, `pools.yaml` leads through `..data`, which is replaced when the content is.
    package static func entries(of path: String) -> [Entry] {
        var entries: [Entry] = []
        var rest = components(of: path)
        var directory = path.hasPrefix("/") ? "/" : "."
        var links = 0
        while !rest.isEmpty {
            let name = rest.removeFirst()
            let next = join(directory, name)
            guard name != ".." else {
                directory = next
                continue
            }
            let target = links < mostLinks ? linkTarget(of: next) : nil
            if target != nil || rest.isEmpty || !exists(next) {
                entries.append(Entry(directory: directory, name: name))
            }
            if let target {
                links += 1
                rest = components(of: target) + rest
                if target.hasPrefix("/") { directory = "/" }
            } else if exists(next) {
                directory = next
            } else {
                break
            }
        }
        return entries
    }

    package static func join(_ directory: String, _ name: String) -> String {
        directory == "." ? name : directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
    }

    private static func components(of path: String) -> [String] {
        path.split(separator: "/").map(String.init).filter { $0 != "." }
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// `nil` for what is no symbolic link.
    private static func linkTarget(of path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(path, &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
