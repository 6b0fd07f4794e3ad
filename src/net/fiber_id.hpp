// Tells fibers apart, for what is kept of each while it runs.
#pragma once

namespace varde::net {

/// The calling fiber's, as long as it lives; nullptr on a plain thread.
const void* fiber_id() noexcept;

}  // namespace varde::net
