// Receipts of erasures, and lines of the ledger of erasures. As it comes, no receipt holds: nobody
// can sign one. Signed with our key, it is read to its end or refused with a sentence. A line of
// the ledger is read, or taken for the torn end of a file; what is read says the same when written.
#include <cstdlib>

#include "base/text.hpp"
#include "privacy/erasure/receipt.hpp"
#include "trust/ledger.hpp"

using namespace varde;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const crypto::Signer signer("example.org",
                                     crypto::Key::from(std::string(32, 'k')).value());
  std::string text(reinterpret_cast<const char*>(data), size);
  if (privacy::verify_receipt(text, signer.verifier())) std::abort();
  auto complete = text.ends_with('\n') ? text : text + "\n";
  auto refused = privacy::verify_receipt(signer.sign(complete), signer.verifier());
  if (!refused && refused.error().message.empty()) std::abort();
  (void)privacy::verify_receipt(signer.sign("Varde erasure receipt 1\nA sentence.\n" + complete),
                                signer.verifier());
  if (auto line = trust::read_ledger_line(text)) {
    auto again = trust::read_ledger_line(trust::ledger_line(*line));
    if (!again || again->tenant_id != line->tenant_id || again->person_id != line->person_id ||
        again->erased_at != line->erased_at)
      std::abort();
  }
  return 0;
}
