import Foundation
import SystemIO

/// What the kernel must permit a process that announces.
enum Privileges {
    /// Why nothing can be announced at layer 2; `nil` if it can.
    static var layer2Obstacle: String? {
        guard !Capability.netRaw.isEffective else { return nil }
        return """
            the capability CAP_NET_RAW, needed for ARP and NDP, is missing: run as root, or grant it \
            with `setcap cap_net_raw,cap_net_bind_service,cap_sys_nice+p` on the program
            """
    }

    /// Why there may be too few open files for what is to be done; `nil` if there are enough. Below, the libraries that wait
    /// on sockets end the process without a word of why.
    ///
    /// - Parameter needed: without those of the event loops.
    static func fileObstacle(needed: Int) -> String? {
        FileLimit.raise().flatMap {
            FileLimit.obstacle($0, needed: needed, processors: ProcessInfo.processInfo.activeProcessorCount)
        }
    }

    static func check() throws {
        if let obstacle = layer2Obstacle { throw Diagnostics.failure(obstacle) }
    }
}
