// How much memory a process can have, on machines that are a few files in a temporary directory.
#include "heddle/memory/machine.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <string>

namespace heddle {
namespace {

namespace fs = std::filesystem;

class Machine : public testing::Test {
 protected:
  Machine() { fs::create_directories(root); }
  ~Machine() override { fs::remove_all(root); }

  void file(const std::string& name, const std::string& content) const {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << content;
  }

  const fs::path root = fs::path(testing::TempDir()) / ("machine-" + std::to_string(getpid()) +
                                                        testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Machine, NobodyTells) { EXPECT_EQ(machine_memory(root), std::nullopt); }

TEST_F(Machine, IsLimitedByItsMemory) {
  file("proc/meminfo", "MemTotal:        1000 kB\nMemFree: 10 kB\n");
  EXPECT_EQ(machine_memory(root), 1'024'000U);
  file("proc/self/cgroup", "0::/\n");
  file("sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(machine_memory(root), 1'024'000U);
}

TEST_F(Machine, AGroupLimitsItAndSoDoTheGroupsAboveIt) {
  file("proc/meminfo", "MemFree: 10 kB\nMemTotal:        1000 kB\n");
  file("proc/self/cgroup", "0::/outer/inner\n");
  file("sys/fs/cgroup/outer/inner/memory.max", "max\n");
  file("sys/fs/cgroup/outer/memory.max", "5000\n");
  EXPECT_EQ(machine_memory(root), 5000U);
  file("sys/fs/cgroup/outer/inner/memory.max", "4000\n");
  EXPECT_EQ(machine_memory(root), 4000U);
}

TEST_F(Machine, AContainerMountsItsGroupAsTheRoot) {
  file("proc/meminfo", "MemTotal:        1000 kB\n");
  file("proc/self/cgroup", "0::/somewhere/outside\n");
  file("sys/fs/cgroup/memory.max", "3000\n");
  EXPECT_EQ(machine_memory(root), 3000U);
}

TEST_F(Machine, TheFirstVersionOfGroupsHasAControllerForMemory) {
  file("proc/meminfo", "MemTotal:        1000 kB\n");
  file("proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory,hugetlb:/a/b\n1:name=systemd:/a\n0::/\n");
  file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  file("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "2000\n");
  file("sys/fs/cgroup/cpu,cpuacct/a/memory.limit_in_bytes", "1\n");
  EXPECT_EQ(machine_memory(root), 2000U);
}

TEST(MachineItself, Tells) { EXPECT_GT(machine_memory().value_or(0), 1U << 20); }

}  // namespace
}  // namespace heddle
