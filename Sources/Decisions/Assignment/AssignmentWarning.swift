import Addresses
import ClusterConfiguration

/// Something about a Service that works, but should be fixed.
package struct AssignmentWarning: Hashable, Sendable, CustomStringConvertible {
    /// A stable word, fit to be the reason of a Kubernetes event.
    package let reason: String
    package let message: String
    /// The field of the Service that it is about; `nil` for its status.
    package let field: String?
    /// Whether nothing is to be corrected.
    package let isNote: Bool

    package init(reason: String, field: String?, isNote: Bool = false, message: String) {
        self.reason = reason
        self.field = field
        self.isNote = isNote
        self.message = message.visible
    }

    package var description: String { message }

    static func switchValue(_ annotation: ServiceSwitch, _ value: String) -> AssignmentWarning {
        AssignmentWarning(
            reason: "AnnotationInvalid", field: "metadata.annotations",
            message: "The annotation \(annotation.key) is \"\(value)\", which is treated as false: write true or false."
        )
    }

    static func legacyAnnotation(_ annotation: ServiceAnnotation) -> AssignmentWarning {
        AssignmentWarning(
            reason: "LegacyAnnotation", field: "metadata.annotations",
            message:
                "The annotation \(ServiceAnnotation.legacyPrefix)\(annotation.rawValue) is deprecated and will "
                + "be removed in a later version: use \(annotation.key).")
    }

    /// Another announcer's annotation that is read as Martlet's own.
    static func alias(_ key: String, of annotation: ServiceAnnotation) -> AssignmentWarning {
        AssignmentWarning(
            reason: "ForeignAnnotation", field: "metadata.annotations", isNote: true,
            message: "The annotation \(key) is read as \(annotation.key).")
    }

    /// RFC 4291 §2.6.1.
    static func subnetRouterAnycast(_ address: IPAddress, pool: String) -> AssignmentWarning {
        AssignmentWarning(
            reason: "SubnetRouterAnycast", field: nil,
            message:
                "\(address) of \(pool) is a subnet-router anycast address (RFC 4291 §2.6.1): any host of the segment that "
                + "forwards may answer for it. Use another address, or add addresses to the pool.")
    }
}
