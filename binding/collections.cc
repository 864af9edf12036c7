// Opening, naming, sending and ending collections.
#include "arguments.h"
#include "functions.h"

namespace heddle::binding {

namespace {

napi_value describe(napi_env env, const CollectionInfo& info) {
  napi_value object = nullptr;
  napi_create_object(env, &object);
  napi_set_named_property(env, object, "id", number(env, info.id));
  napi_set_named_property(env, object, "kind", number(env, info.kind));
  napi_set_named_property(env, object, "name", info.name.empty() ? undefined(env) : units(env, info.name));
  napi_set_named_property(env, object, "collectionStamp", number(env, info.stamp));
  napi_set_named_property(env, object, "membersRecord", number(env, info.members));
  napi_set_named_property(env, object, "created", boolean(env, info.created));
  napi_set_named_property(env, object, "optionsText", text(env, info.options));
  return object;
}

napi_value open(napi_env env, napi_callback_info info) {
  const Arguments<7> arguments(env, info);
  OpenRequest request;
  request.kind = arguments.integer<std::int32_t>(0);
  request.name = arguments.units(1);
  enum Flag : unsigned { kLru = 1, kPermanent = 2, kExisting = 4, kQueue = 8, kList = 16 };
  const auto flags = arguments.integer<unsigned>(4);
  const bool keyed = (flags & (kQueue | kList)) == 0;
  request.limits = {limit(arguments.number(2)), limit(arguments.number(3)), keyed && (flags & kLru) != 0,
                    limit(arguments.number(6))};
  if ((flags & kQueue) != 0) request.structure = Structure::kQueue;
  if ((flags & kList) != 0) request.structure = Structure::kList;
  request.permanent = (flags & kPermanent) != 0;
  request.options = arguments.text(5).value_or("");
  if ((flags & kExisting) != 0) {
    const auto found = engine().open_existing(arguments.state().thread, request.name.value_or(""));
    return found ? describe(env, *found) : undefined(env);
  }
  return describe(env, engine().open(arguments.state().thread, request));
}

napi_value find(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto found = engine().find(arguments.state().thread, arguments.units(0).value_or(""));
  return found ? describe(env, *found) : undefined(env);
}

napi_value publish(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  Thread& thread = arguments.state().thread;
  const auto id = arguments.integer<CollectionId>(0);
  return boolean(env, engine().publish(thread, id, arguments.units(1).value_or(""), arguments.flag(2)));
}

napi_value describe_by_id(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto found = engine().find(arguments.state().thread, arguments.integer<CollectionId>(0));
  return found ? describe(env, *found) : undefined(env);
}

napi_value collections(napi_env env, napi_callback_info info) {
  napi_value array = nullptr;
  napi_create_array(env, &array);
  std::uint32_t i = 0;
  for (const CollectionInfo& each : engine().collections(Arguments<1>(env, info).state().thread)) {
    napi_set_element(env, array, i++, describe(env, each));
  }
  return array;
}

napi_value release(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto id = arguments.integer<CollectionId>(0);
  arguments.state().pools.erase(id);  // if it is one
  engine().release(arguments.state().thread, id);
  return nullptr;
}

// 0 if the collection has ended.
napi_value send(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const auto token = engine().send(arguments.state().thread, arguments.integer<CollectionId>(0));
  return number(env, static_cast<double>(token.value_or(0)));
}

napi_value land(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Thread& thread = arguments.state().thread;
  const auto id = arguments.integer<CollectionId>(0);
  const auto token = arguments.integer<Lifetimes::Token>(1);
  const auto found = engine().land(thread, id, token) ? engine().find(thread, id) : std::nullopt;
  return found ? describe(env, *found) : undefined(env);
}

napi_value destroy(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  return boolean(env, engine().destroy(arguments.state().thread, arguments.integer<CollectionId>(0)));
}

}  // namespace

std::span<const Function> collection_functions() {
  static constexpr Function kFunctions[] = {
      {"open", cold<open>},
      {"find", cold<find>},
      {"publish", cold<publish>},
      {"describe", cold<describe_by_id>},
      {"collections", cold<collections>},
      {"release", cold<release>},
      {"send", cold<send>},
      {"land", cold<land>},
      {"destroy", cold<destroy>},
  };
  return kFunctions;
}

}  // namespace heddle::binding
