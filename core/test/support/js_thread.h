// A model of a JavaScript thread: its read cache and transaction bodies as src/ has them and the protocol demands, on
// the real engine. Each rule of the reading side can be broken by name, to show that the tests would notice.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/client.h"

namespace heddle::test {

enum class Mistake {
  kNone,
  kStampBeforeSnapshot,      // rule 1: the body looks at cached stamps first, and takes rv with its first native read
  kIgnoresVersion,           // rule 1: no c <= rv
  kCachesAnyStamp,           // rule 3: takes the record's stamp itself, after the read
  kIgnoresCollectionStamp,   // rule 5
  kTakesGapForAbsence,       // rule 7
  kExtendsWithoutCheck,      // rule 8: rv := seq and nothing else
  kChecksBeforeTheSnapshot,  // rule 8: re-checks the reads, then takes the new rv
};

class JsThread {
 public:
  static constexpr Seq kNone = kLatest;

  JsThread(Engine& engine, const CollectionInfo& map, Mistake mistake = Mistake::kNone)
      : client(engine), map_(map), mistake_(mistake) {}

  // A lone read: the value, "-" for none, "destroyed".
  std::string get(const std::string& key) {
    const Entry& cached = cache_[key];
    if (holds(cached) && collection_holds()) return cached.value;
    const auto loaded = client.load(map_.id, key);
    if (loaded.status == Status::kDestroyed) return "destroyed";
    return take(key, loaded).value;
  }

  // A transaction body: begin, any number of reads and writes, commit.
  void begin() {
    rv = mistake_ == Mistake::kStampBeforeSnapshot ? kNone : client.engine.published();
    reads_.clear();
    absent_.clear();
    writes_.clear();
    touched_ = stale_ = doomed = false;
  }

  // The value at the snapshot; "-" for none. Empty once the body is doomed.
  std::string read(const std::string& key) {
    if (doomed) return {};
    touch();
    const Entry& cached = cache_[key];
    if (holds(cached) && (cached.version <= rv || mistake_ == Mistake::kIgnoresVersion)) {
      log(cached.record, cached.stamp);
      return cached.value;
    }
    for (;;) {
      if (rv == kNone) rv = client.engine.published();
      const auto loaded = client.load(map_.id, key, rv);
      if (loaded.status == Status::kGap && mistake_ == Mistake::kTakesGapForAbsence) return "-";
      if (loaded.status != Status::kOk) {
        if (loaded.status == Status::kDestroyed || !extend()) return doom();
        continue;
      }
      if (loaded.record == kNoRecord) {
        absent_.push_back(key);
        return "-";
      }
      if ((loaded.stamp & 1) != 0 && mistake_ != Mistake::kCachesAnyStamp) {
        const Seq before = rv;
        if (!stale_ && extend() && rv != before) continue;
        stale_ = true;  // right at rv, but no longer, or not yet for ever: it can end only as a reader
        return value_of(loaded);
      }
      const Entry entry = take(key, loaded);
      log(entry.record, entry.stamp);
      return entry.value;
    }
  }

  void set(std::string key, std::string value) { writes_.emplace_back(std::move(key), std::move(value)); }

  // Ends the body. A body without writes needs no validation: what it read was true at rv.
  Status commit() {
    if (doomed) return Status::kConflict;
    if (writes_.empty()) return Status::kOk;
    if (stale_) return Status::kConflict;
    std::vector<Write> writes = known_by_id();
    Status status = client.commit(writes, reads_, predicates());
    if (status == Status::kStaleId) {  // a record that the cache knew is another key's by now
      writes.clear();
      for (const auto& [key, value] : writes_) writes.push_back(Client::set_of(map_.id, key, value));
      status = client.commit(writes, reads_, predicates());
    }
    if (status != Status::kOk) return status;
    for (std::size_t i = 0; i < writes.size(); ++i) {
      if ((writes[i].stamp & 1) != 0) continue;
      cache_[writes_[i].first] = {writes[i].record, writes[i].incarnation, writes[i].stamp, client.last_commit,
                                  writes_[i].second};
    }
    return status;
  }

  Client client;
  Seq rv = kNone;
  bool doomed = false;

 private:
  struct Entry {
    RecordIndex record = kNoRecord;
    Incarnation incarnation = 0;
    Stamp stamp = kStaleStamp;
    Seq version = 0;
    std::string value;
  };

  // The writes, those of keys that the cache knows by their ids alone.
  std::vector<Write> known_by_id() const {
    std::vector<Write> writes;
    for (const auto& [key, value] : writes_) {
      Write& write = writes.emplace_back(Client::set_of(map_.id, key, value));
      const auto known = cache_.find(key);
      if (known == cache_.end() || known->second.record == kNoRecord) continue;
      write.record = known->second.record;
      write.incarnation = known->second.incarnation;
      write.key = {};
    }
    return writes;
  }

  static std::string value_of(const Client::Loaded& loaded) { return loaded.absent ? "-" : loaded.value; }

  bool holds(const Entry& entry) const {
    return entry.record != kNoRecord && client.stamp(entry.record) == entry.stamp;
  }

  bool collection_holds() const {
    return mistake_ == Mistake::kIgnoresCollectionStamp || client.stamp(map_.stamp) == collection_stamp_;
  }

  // Takes note of a collection stamp just read; false if nothing can be cached under it.
  bool hold(Stamp stamp) {
    if (mistake_ == Mistake::kIgnoresCollectionStamp || stamp == collection_stamp_) return true;
    cache_.clear();
    collection_stamp_ = (stamp & 1) == 0 ? stamp : kStaleStamp;
    return collection_stamp_ != kStaleStamp;
  }

  Entry take(const std::string& key, const Client::Loaded& loaded) {
    Entry entry{loaded.record, loaded.incarnation, loaded.stamp, loaded.version, value_of(loaded)};
    if (mistake_ == Mistake::kCachesAnyStamp && entry.record != kNoRecord) entry.stamp = client.stamp(entry.record);
    if (hold(loaded.collection_stamp) && entry.record != kNoRecord && (entry.stamp & 1) == 0) cache_[key] = entry;
    return entry;
  }

  // K once per body, after rv.
  void touch() {
    if (std::exchange(touched_, true)) return;
    if (mistake_ == Mistake::kIgnoresCollectionStamp) return;
    const Stamp stamp = client.stamp(map_.stamp);
    if (hold(stamp)) {
      log(map_.stamp, stamp);
    } else {
      stale_ = true;
    }
  }

  void log(RecordIndex record, Stamp stamp) { reads_.push_back({record, stamp}); }

  bool extend() {
    if (stale_) return false;
    if (mistake_ == Mistake::kExtendsWithoutCheck) {
      rv = client.engine.published();
      return true;
    }
    if (mistake_ == Mistake::kChecksBeforeTheSnapshot) {
      for (const ReadEntry& read : reads_) {
        if (client.stamp(read.record) != read.stamp) return false;
      }
      rv = client.engine.published();
      return true;
    }
    const auto extension = client.engine.extend(client.thread, reads_, predicates(), kNoSlot, false);
    if (extension.status != Status::kOk) return false;
    rv = extension.snapshot;
    return true;
  }

  std::vector<Predicate> predicates() const {
    std::vector<Predicate> all;
    for (const auto& key : absent_) {
      all.push_back({.kind = Predicate::Kind::kAbsent, .collection = map_.id, .key = bytes(key)});
    }
    return all;
  }

  std::string doom() {
    doomed = true;
    return {};
  }

  const CollectionInfo map_;
  const Mistake mistake_;
  std::map<std::string, Entry> cache_;
  Stamp collection_stamp_ = kStaleStamp;

  std::vector<ReadEntry> reads_;
  std::vector<std::string> absent_;
  std::vector<std::pair<std::string, std::string>> writes_;
  bool touched_ = false;
  bool stale_ = false;
};

}  // namespace heddle::test
