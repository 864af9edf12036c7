// The proposal's sketches are classes of C++ on the types of WebKit. Here is what stands in their place.

export default {
  'Building on WebKit Infrastructure': {
    '`class SharedMap`': {
      because:
        'a collection holds versions of bytes and not values of JavaScript, and its index is read without a lock; who watches it is not its concern',
      in: [
        'core/include/heddle/collections/collection.h Collection',
        'core/include/heddle/collections/hash_index.h HashIndex',
        'core/include/heddle/memory/version.h Version',
      ],
      tests: [
        'core/test/unit/hash_index_test.cc: HashIndexTest.BehavesLikeAMap',
        'core/test/unit/reading_test.cc: Reading.ARecordBeingWrittenHasNoStampAndMakesNobodyWait',
      ],
    },
    '`class TransactionManager`': {
      because:
        'a body runs in JavaScript, where its reads and writes are noted; the engine gets them in one call, which validates and commits. A run that is given up has changed nothing, so there is no rollback',
      in: [
        'src/txn/body.ts Body',
        'core/include/heddle/txn/commit.h Commit',
        'core/include/heddle/sync/sequencer.h Sequencer',
      ],
      tests: [
        'core/test/unit/commit_test.cc: Committing.AConflictChangesNothing',
        'core/test/unit/commit_test.cc: Committing.SeveralCollectionsAtOnce',
        'test/transaction/async.test.js: the transaction follows its body over awaits, and other code stays outside',
      ],
    },
  },

  'Memory Management': {
    '`class SharedValue`': {
      because:
        'the codec is code of JavaScript, made for each shape of object; what was decoded is kept by each thread, not by the value. Large values are updated by copy-on-write',
      in: ['src/codec/encode.ts encodeValue', 'src/cache.ts Cache', 'src/codec/large/draft.ts Draft'],
      tests: [
        'test/codec/property.test.js: any value arrives as structuredClone would give it',
        'test/map/view.test.js: a view is the same object until a commit changes its key',
        'test/large/update.test.js: an update of one field takes pages for that field, and shares the others',
      ],
    },
  },

  'Change Notification System': {
    '`class ChangeObserver`': {
      because:
        'there is nothing to be called in the writer’s thread: a watch has a feed, which its own thread takes from',
      in: ['core/include/heddle/collections/watches.h Watch', 'src/watch/feed.ts Feed'],
      tests: ['core/test/unit/watches_test.cc: WatchesTest.TheChangesOfOneCommitComeTogether'],
    },
    '`class NotificationQueue`': {
      because: 'each thread has one bell, which a burst of commits rings once',
      in: ['core/include/heddle/collections/watches.h Watcher', 'core/include/heddle/sync/bell.h Bell'],
      tests: ['core/test/unit/watches_test.cc: WatchesTest.WhoWaitsIsRungOnce'],
    },
  },
};
