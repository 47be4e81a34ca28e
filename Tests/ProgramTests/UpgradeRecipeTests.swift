import Foundation
import TestSupport
import Testing

/// What `docs/upgrade.md` tells people to type works.
@Suite struct UpgradeRecipeTests {
    /// Answers as kubectl does: one List, here with a pool and a Service, or with a Secret.
    private static let kubectl = """
        #!/bin/sh
        case "$*" in
        *secrets*) cat <<'END' ;;
        apiVersion: v1
        items:
        - apiVersion: v1
          kind: Secret
          metadata: {name: key, namespace: martlet-system}
          type: kubernetes.io/basic-auth
          data: {password: eA==}
        kind: List
        metadata: {resourceVersion: ""}
        END
        *) cat <<'END' ;;
        apiVersion: v1
        items:
        - apiVersion: martlet.dev/v1beta1
          kind: IPAddressPool
          metadata: {name: lan, namespace: martlet-system}
          spec: {addresses: [192.0.2.0/24]}
        - apiVersion: v1
          kind: Service
          metadata: {name: web, namespace: default}
          spec: {type: LoadBalancer, ports: [{port: 80}]}
        kind: List
        metadata: {resourceVersion: ""}
        END
        esac
        """

    /// The commands of the page's recipe.
    private static func recipe() throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/upgrade.md"), encoding: .utf8)
        let section = page.components(separatedBy: "\n## ").first { $0.hasPrefix("Before") } ?? ""
        return section.split(separator: "\n").filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
    }

    @Test("The commands of the upgrade page are typed one after the other → both plans have the Service's address")
    func recipe() async throws {
        let commands = try Self.recipe()
        #expect(commands.count == 5)
        let folder = try TemporaryFolder()
        let tools = ["kubectl": Self.kubectl, "martlet": Self.forwarder, "martlet-new": Self.forwarder]
        for (name, script) in tools {
            let file = try folder.write(name, script)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let script =
            "cd '\(folder.path)' && PATH='\(folder.path)':'\(path)'\nset -e\n" + commands.joined(separator: "\n")
        let result = try await ChildProcess(["sh", "-c", script]).wait()
        #expect(result.status == 0, "\(result)")
        for file in ["old.json", "new.json"] {
            let plan = try String(contentsOfFile: folder.path + "/" + file, encoding: .utf8)
            #expect(plan.contains("\"192.0.2.0\""), "\(plan)")
            #expect(plan.contains("\"problems\": []"), "\(plan)")
        }
    }

    private static var forwarder: String { "#!/bin/sh\nexec '\(Program.path)' \"$@\"\n" }
}
